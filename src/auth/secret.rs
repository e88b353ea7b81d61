//! Random secrets, how they are written, and what is stored in their place.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// The hash of a session's or token's secret: what the database holds.
pub(super) type SecretHash = [u8; 32];

/// Random bytes from the system.
pub(super) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

/// As written into cookies and tokens.
pub(super) fn write(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads what `write` wrote; `None` for anything else.
pub(super) fn read<const N: usize>(text: &str) -> Option<[u8; N]> {
    // Decoding takes memory by the length of what a stranger sent.
    if text.len() > N * 4 / 3 + 3 {
        return None;
    }
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

/// What is stored in place of a secret. The secrets are random and long, so that a plain hash is enough,
/// and looking a hash up tells an attacker nothing by its timing.
pub(super) fn hash(secret: &str) -> SecretHash {
    Sha256::digest(secret.as_bytes()).into()
}

/// Signs `parts` under the box's key; each use has its own `purpose`, so that one's signature is no other's.
pub(super) fn sign(key: &[u8; 32], purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
    mac(key, purpose, parts).finalize().into_bytes().into()
}

/// Whether `signature` is what [`sign`] gives, in constant time.
pub(super) fn is_signed(key: &[u8; 32], purpose: &str, parts: &[&[u8]], signature: &[u8]) -> bool {
    mac(key, purpose, parts).verify_slice(signature).is_ok()
}

fn mac(key: &[u8; 32], purpose: &str, parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
        let length = u32::try_from(part.len()).expect("what is signed is short");
        mac.update(&length.to_be_bytes());
        mac.update(part);
    }
    mac
}
