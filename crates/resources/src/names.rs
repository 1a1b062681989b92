//! Names of what is given none: of the stack, the resource, and what nobody can guess.

use sha2::{Digest, Sha256};

use crate::kind::Ask;

/// Characters of the part that nobody can guess.
const RANDOM: usize = 12;

impl Ask {
    /// As `STACK-LOGICAL-RANDOM`, of at most so many characters; the same each time it is asked.
    #[must_use]
    pub fn generated(&self, most: usize) -> String {
        let random = random(&self.token);
        // A nested stack's name is long already; what tells two apart is kept.
        let room = most.saturating_sub(RANDOM + 2);
        let logical = cut(&self.logical, room / 2);
        let stack = cut(&self.stack.name, room - logical.len());
        format!("{stack}-{logical}-{random}")
    }

    /// The name that a property gives, or else one that is generated.
    #[must_use]
    pub fn name(&self, property: &str, most: usize) -> String {
        self.text(property).map_or_else(|| self.generated(most), str::to_owned)
    }
}

fn cut(text: &str, most: usize) -> &str {
    &text[..text.len().min(most)]
}

/// Digits and capitals, as AWS has them at the end of such names.
pub(crate) fn random(token: &str) -> String {
    const LETTERS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let digest = Sha256::digest(token.as_bytes());
    digest.iter().take(RANDOM).map(|byte| char::from(LETTERS[usize::from(*byte) % 36])).collect()
}
