//! What an answer's body is made of: bytes in memory, a file that is read as it leaves, or what
//! somebody still has to say.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, SizeHint};
use tokio::fs::File;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::mpsc;

/// What of a file is in memory at once, bytes.
const PIECE: usize = 64 << 10;

/// The body of an answer.
#[derive(Debug)]
pub(crate) enum Answer {
    /// All of it.
    Whole(Full<Bytes>),
    /// What is still to be read of a file.
    File { file: File, left: u64 },
    /// What comes from whoever holds the other end, until it is dropped. It is told when the
    /// client leaves.
    Stream(mpsc::Receiver<Bytes>),
    /// What another room makes of it.
    Boxed(UnsyncBoxBody<Bytes, io::Error>),
}

impl Answer {
    /// The whole file. However slowly it is taken, and by however many at once, little of it is
    /// in memory.
    ///
    /// # Errors
    /// Those of opening it.
    pub(crate) async fn file(path: &Path) -> io::Result<Self> {
        let file = File::open(path).await?;
        let left = file.metadata().await?.len();
        Ok(Self::File { file, left })
    }

    /// The same for whoever knows nothing of answers.
    pub(crate) fn flow(self) -> UnsyncBoxBody<Bytes, io::Error> {
        match self {
            Self::Boxed(body) => body,
            other => other.boxed_unsync(),
        }
    }
}

impl<B: Into<Bytes>> From<B> for Answer {
    fn from(whole: B) -> Self {
        Self::Whole(Full::new(whole.into()))
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.get_mut() {
            Self::Whole(whole) => {
                Pin::new(whole).poll_frame(context).map_err(|never| match never {})
            }
            Self::Stream(pieces) => {
                pieces.poll_recv(context).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
            }
            Self::Boxed(body) => Pin::new(body).poll_frame(context),
            Self::File { left: 0, .. } => Poll::Ready(None),
            Self::File { file, left } => {
                let piece = ready!(poll_piece(file, *left, context));
                Poll::Ready(Some(piece.map(|piece| {
                    *left -= piece.len() as u64;
                    Frame::data(piece)
                })))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(whole) => whole.is_end_stream(),
            Self::File { left, .. } => *left == 0,
            Self::Boxed(body) => body.is_end_stream(),
            Self::Stream(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(whole) => whole.size_hint(),
            Self::File { left, .. } => SizeHint::with_exact(*left),
            Self::Boxed(body) => body.size_hint(),
            Self::Stream(_) => SizeHint::default(),
        }
    }
}

/// The next piece of a file that has so many bytes left.
fn poll_piece(file: &mut File, left: u64, context: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
    let most = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
    let mut piece = vec![0; most];
    let mut read = ReadBuf::new(&mut piece);
    ready!(Pin::new(file).poll_read(context, &mut read))?;
    let length = read.filled().len();
    if length == 0 {
        return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
    }
    piece.truncate(length);
    Poll::Ready(Ok(piece.into()))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// A file of many pieces that is always there: this test.
    fn program() -> (PathBuf, Vec<u8>) {
        let path = std::env::current_exe().expect("it runs");
        let bytes = std::fs::read(&path).expect("it is readable");
        (path, bytes)
    }

    #[tokio::test]
    async fn a_file_leaves_in_pieces() {
        let (path, bytes) = program();
        let mut answer = Answer::file(&path).await.expect("it is there");
        assert_eq!(answer.size_hint().exact(), Some(bytes.len() as u64));
        let mut got = Vec::new();
        while let Some(frame) = answer.frame().await {
            let piece = frame.expect("readable").into_data().expect("data");
            assert!(piece.len() <= PIECE);
            got.extend_from_slice(&piece);
        }
        assert!(got == bytes && answer.is_end_stream());
    }

    #[tokio::test]
    async fn a_file_that_became_shorter_is_no_whole_answer() {
        let (path, bytes) = program();
        let file = File::open(path).await.expect("it is there");
        let answer = Answer::File { file, left: bytes.len() as u64 + 1 };
        let error = answer.collect().await.expect_err("a byte is missing");
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
