//! Requests to the kernel's routing tables and links, as bytes.
//!
//! Facts: `rtnetlink(7)`, `netlink(7)`, and the kernel's `linux/if_link.h` and `linux/veth.h`.

use std::io;
use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use rustix::net::{recv, send, socket_with};

/// The bytes before every message: length, kind, flags, sequence, port.
const HEADER: usize = 16;
/// An answer that names one error holds the request, which is short.
const ANSWERS: usize = 16 * 1024;

/// A socket into one network namespace: that of the thread that opened it, wherever it is used.
#[derive(Debug)]
pub struct Socket(OwnedFd);

impl Socket {
    /// Opens one in this thread's network namespace.
    pub fn open() -> io::Result<Self> {
        let flags = SocketFlags::CLOEXEC;
        // The protocol is NETLINK_ROUTE, which is zero.
        Ok(Self(socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?))
    }

    /// Has the kernel do all that is asked for, in order; answers with the first error, said to
    /// be one of a step. Must not be called by two threads at once.
    pub fn ask(&self, step: &str, requests: &Requests) -> io::Result<()> {
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{step}: {error}"));
        self.exchange(requests).map_err(named)
    }

    fn exchange(&self, requests: &Requests) -> io::Result<()> {
        send(&self.0, &requests.bytes, SendFlags::empty())?;
        let mut answers = vec![0; ANSWERS];
        let (mut left, mut first) = (requests.count, Ok(()));
        while left > 0 {
            let (length, _) = recv(&self.0, &mut answers, RecvFlags::empty())?;
            for errno in errors_in(&answers[..length]) {
                left = left.saturating_sub(1);
                if errno != 0 && first.is_ok() {
                    first = Err(io::Error::from_raw_os_error(-errno));
                }
            }
        }
        first
    }
}

/// The error numbers in a packet of acknowledgements, zero for what was done.
fn errors_in(mut packet: &[u8]) -> Vec<i32> {
    let mut errors = Vec::new();
    while let (Some(length), Some(errno)) = (word(packet, 0), word(packet, HEADER)) {
        errors.push(errno);
        let length = usize::try_from(length).unwrap_or(0).max(HEADER).next_multiple_of(4);
        packet = packet.get(length..).unwrap_or_default();
    }
    errors
}

fn word(bytes: &[u8], at: usize) -> Option<i32> {
    Some(i32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// Messages to be sent together, each to be acknowledged.
#[derive(Debug, Default)]
pub struct Requests {
    bytes: Vec<u8>,
    count: usize,
}

impl Requests {
    /// Adds a message: its kind, its flags beside those of every request, and its body.
    pub fn add(&mut self, kind: u16, flags: i32, body: impl FnOnce(&mut Body<'_>)) -> &mut Self {
        let start = self.bytes.len();
        let flags = (libc::NLM_F_REQUEST | libc::NLM_F_ACK | flags) as u16;
        self.bytes.extend_from_slice(&[0; 4]);
        self.bytes.extend_from_slice(&kind.to_ne_bytes());
        self.bytes.extend_from_slice(&flags.to_ne_bytes());
        self.bytes.extend_from_slice(&[0; 8]);
        body(&mut Body(&mut self.bytes));
        let length = (self.bytes.len() - start) as u32;
        self.bytes[start..start + 4].copy_from_slice(&length.to_ne_bytes());
        self.count += 1;
        self
    }
}

/// The inside of a message. All that is put in it is a multiple of four bytes long.
pub struct Body<'a>(&'a mut Vec<u8>);

impl Body<'_> {
    /// A `struct ifinfomsg`: a link's index, and flags to switch on.
    pub fn link(&mut self, index: u32, on: i32) -> &mut Self {
        self.0.extend_from_slice(&[0; 4]);
        self.0.extend_from_slice(&index.to_ne_bytes());
        self.0.extend_from_slice(&on.to_ne_bytes());
        self.0.extend_from_slice(&on.to_ne_bytes());
        self
    }

    /// A fixed part of another shape.
    pub fn fixed(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// An attribute.
    pub fn attribute(&mut self, kind: u16, value: &[u8]) -> &mut Self {
        self.nested(kind, |body| body.0.extend_from_slice(value))
    }

    /// An attribute of attributes, or of anything else.
    pub fn nested(&mut self, kind: u16, inside: impl FnOnce(&mut Body<'_>)) -> &mut Self {
        let start = self.0.len();
        self.0.extend_from_slice(&[0; 2]);
        self.0.extend_from_slice(&kind.to_ne_bytes());
        inside(&mut Body(self.0));
        let length = (self.0.len() - start) as u16;
        self.0[start..start + 2].copy_from_slice(&length.to_ne_bytes());
        self.0.resize(self.0.len().next_multiple_of(4), 0);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_and_attributes_say_how_long_they_are() {
        let mut requests = Requests::default();
        requests.add(16, 0, |body| {
            body.link(7, 1).nested(18, |body| {
                body.attribute(1, b"veth\0");
            });
        });
        let bytes = &requests.bytes;
        assert_eq!(word(bytes, 0), Some(16 + 16 + 4 + 12));
        assert_eq!(bytes.len(), 48);
        // The inner attribute is five bytes long and its header four; the outer holds the filling.
        assert_eq!((bytes[32], bytes[36]), (16, 9));
    }

    #[test]
    fn every_acknowledgement_is_seen() {
        let acknowledgement = |errno: i32| {
            let mut bytes = vec![0; 36];
            bytes[..4].copy_from_slice(&36_u32.to_ne_bytes());
            bytes[16..20].copy_from_slice(&errno.to_ne_bytes());
            bytes
        };
        let packet = [acknowledgement(0), acknowledgement(-17)].concat();
        assert_eq!(errors_in(&packet), [0, -17]);
        assert_eq!(errors_in(&packet[..19]), [0; 0]);
        assert_eq!(errors_in(&[0; 20]), [0]);
    }
}
