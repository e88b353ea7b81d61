//! Who votes, without saying who: a device or a printed code becomes a pseudonym, a ballot a receipt.
//!
//! Called by intake on the way in and by [`super::polls`] for what a voter is told. Nothing here is stored but the
//! pseudonym; the salt of a poll is gone once it is closed.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::domain::poll::{PollId, Voter};

/// A poll's secret, by which devices become voters.
pub(super) type Salt = [u8; 32];

/// The voter a device is in one poll: HMAC-SHA-256 of its id under the poll's salt, first 16 bytes.
pub(super) fn voter_of_device(salt: &Salt, device: &[u8; 16]) -> Voter {
    let mut mac = Hmac::<Sha256>::new_from_slice(salt).expect("HMAC takes a key of any length");
    mac.update(device);
    first_16(&mac.finalize().into_bytes())
}

/// The voter a printed code stands for: SHA-256, first 16 bytes. The code has 80 random bits, so that its hash
/// tells nobody the code. Spaces, hyphens and the case of letters are the reader's, and so are the letters that
/// look like digits: codes are in Crockford's base 32, which has none of them.
#[must_use]
pub fn voter_of_code(code: &str) -> Voter {
    let plain = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase());
    let written: String = plain
        .map(|c| match c {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        })
        .collect();
    first_16(&Sha256::new().chain_update("touchline code ").chain_update(written).finalize())
}

/// What a voter can find their ballot by once the ballots are listed: ten bytes of SHA-256 over poll, voter, choice
/// and the ballot's random bytes, in hexadecimal. It tells nobody the choice.
#[must_use]
pub fn receipt(poll: PollId, voter: &Voter, choice: &[u32], nonce: &[u8; 16]) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("touchline ballot {poll} {voter} "));
    for option in choice {
        hash.update(format!("{option},"));
    }
    hash.update(nonce);
    hash.finalize().iter().take(10).map(|byte| format!("{byte:02x}")).collect()
}

fn first_16(bytes: &[u8]) -> Voter {
    Voter(bytes[..16].try_into().expect("a SHA-256 has 32 bytes"))
}
