//! Frames over a Unix socket, with file descriptors beside them.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};

/// Most descriptors that come beside one frame.
pub const MAX_DESCRIPTORS: usize = 16;

/// Sends bytes, with descriptors beside the first of them. Returns how many bytes went: the
/// descriptors are gone with them, so what is left must be sent without.
///
/// # Errors
/// Those of `sendmsg(2)`. A peer that is gone is `EPIPE`, never a signal.
pub fn send(socket: impl AsFd, bytes: &[u8], beside: &[BorrowedFd<'_>]) -> io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !beside.is_empty() && !ancillary.push(SendAncillaryMessage::ScmRights(beside)) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "too many descriptors"));
    }
    loop {
        match sendmsg(&socket, &[IoSlice::new(bytes)], &mut ancillary, SendFlags::NOSIGNAL) {
            Err(rustix::io::Errno::INTR) => {}
            sent => return Ok(sent?),
        }
    }
}

/// Sends all of the bytes over a blocking socket.
///
/// # Errors
/// Those of [`send`].
pub fn send_all(
    socket: impl AsFd,
    mut bytes: &[u8],
    mut beside: &[BorrowedFd<'_>],
) -> io::Result<()> {
    while !bytes.is_empty() {
        let sent = send(&socket, bytes, beside)?;
        bytes = &bytes[sent..];
        beside = &[];
    }
    Ok(())
}

/// Receives bytes, and appends the descriptors that came beside them. Zero bytes is the end.
///
/// # Errors
/// Those of `recvmsg(2)`; `WouldBlock` on a socket that does not block.
pub fn receive(
    socket: impl AsFd,
    buffer: &mut [u8],
    beside: &mut Vec<OwnedFd>,
) -> io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let received = loop {
        let mut into = [IoSliceMut::new(buffer)];
        match recvmsg(&socket, &mut into, &mut ancillary, RecvFlags::CMSG_CLOEXEC) {
            Err(rustix::io::Errno::INTR) => {}
            received => break received?,
        }
    };
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(descriptors) = message {
            beside.extend(descriptors);
        }
    }
    Ok(received.bytes)
}
