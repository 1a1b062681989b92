//! Requests to the kernel's routing tables and links, as bytes.
//!
//! Facts: `rtnetlink(7)`, `netlink(7)`, and the kernel's `linux/if_link.h` and `linux/veth.h`.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use rustix::net::{recv, send, socket_with};

/// The bytes before every message: length, kind, flags, sequence, port.
const HEADER: usize = 16;
/// More than one packet of answers takes.
pub const PACKET: usize = 16 * 1024;

/// A socket into one network namespace: that of the thread that opened it, wherever it is used.
#[derive(Debug)]
pub struct Socket(OwnedFd);

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl Socket {
    /// Opens one in this thread's network namespace.
    ///
    /// # Errors
    /// When the kernel gives none.
    pub fn open() -> io::Result<Self> {
        let flags = SocketFlags::CLOEXEC;
        // The protocol is NETLINK_ROUTE, which is zero.
        Ok(Self(socket_with(AddressFamily::NETLINK, SocketType::RAW, flags, None)?))
    }

    /// Has the kernel do all that is asked for, in order; answers with the first error, said to
    /// be one of a step, or else with what else the kernel said. Must not be called by two threads
    /// at once.
    ///
    /// # Errors
    /// As above, and when the kernel is not to be asked.
    pub fn ask(&self, step: &str, requests: &Requests) -> io::Result<Vec<u8>> {
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{step}: {error}"));
        self.exchange(requests).map_err(named)
    }

    pub(crate) fn exchange(&self, requests: &Requests) -> io::Result<Vec<u8>> {
        send(&self.0, &requests.bytes, SendFlags::empty())?;
        let (mut packet, mut answers) = (vec![0; PACKET], Answers::default());
        while answers.errors.len() < requests.count {
            let (length, _) = recv(&self.0, &mut packet, RecvFlags::empty())?;
            answers.read(&packet[..length]);
        }
        match answers.errors.into_iter().find(|&error| error != 0) {
            Some(errno) => Err(io::Error::from_raw_os_error(-errno)),
            None => Ok(answers.said),
        }
    }
}

/// What the kernel answered.
#[derive(Default)]
struct Answers {
    /// One for each request, zero if it was done.
    errors: Vec<i32>,
    /// The body of what it told beside that, if anything was asked.
    said: Vec<u8>,
}

impl Answers {
    fn read(&mut self, packet: &[u8]) {
        each_message(packet, |kind, body| {
            if kind == libc::NLMSG_ERROR {
                self.errors.push(word(body, 0).unwrap_or(-libc::EBADMSG));
            } else {
                self.said = body.to_vec();
            }
        });
    }
}

/// The messages of a packet, each with its kind and its body.
pub fn each_message(mut packet: &[u8], mut each: impl FnMut(i32, &[u8])) {
    while let Some(length) = word(packet, 0) {
        let length = usize::try_from(length).unwrap_or(0).clamp(HEADER, packet.len().max(HEADER));
        let kind = word(packet, 4).unwrap_or(0) & 0xffff;
        each(kind, packet.get(HEADER..length).unwrap_or_default());
        packet = packet.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
}

/// Four bytes, as the machine has them.
#[must_use]
pub fn word(bytes: &[u8], at: usize) -> Option<i32> {
    Some(i32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// Messages to be sent together, each to be acknowledged.
#[derive(Debug, Default)]
pub struct Requests {
    bytes: Vec<u8>,
    count: usize,
}

impl Requests {
    /// What is sent.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

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
#[derive(Debug)]
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
    fn answers_are_told_from_what_else_is_said() {
        let message = |kind: u16, body: &[u8]| {
            let mut bytes = vec![0; HEADER];
            bytes[..4].copy_from_slice(&((HEADER + body.len()) as u32).to_ne_bytes());
            bytes[4..6].copy_from_slice(&kind.to_ne_bytes());
            bytes.extend_from_slice(body);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
            bytes
        };
        let error = |errno: i32| message(libc::NLMSG_ERROR as u16, &errno.to_ne_bytes());
        let mut answers = Answers::default();
        answers.read(&[error(0), message(16, b"hello"), error(-17)].concat());
        assert_eq!((answers.errors, &answers.said[..]), (vec![0, -17], &b"hello"[..]));

        // Whatever is cut off or lies about its length ends.
        let mut answers = Answers::default();
        answers.read(&error(-1)[..17]);
        answers.read(&[0xff; 40]);
        answers.read(&[0; 3]);
        assert_eq!(answers.errors, [-libc::EBADMSG]);
    }
}
