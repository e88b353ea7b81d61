//! The signed cookie by which a phone is known again: no account, nothing stored, nothing about the person.
//!
//! It tells votes and talk of one browser apart from another's; whoever clears cookies is a new device.

use super::secret;
use crate::runtime::Time;

const PURPOSE: &str = "device";
const ID: usize = 16;
const BODY: usize = ID + 4 + 8;
const WHOLE: usize = BODY + 32;

/// A phone, as its cookie names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeviceId(pub [u8; ID]);

/// What a cookie that holds says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    /// Which phone.
    pub id: DeviceId,
    /// The start of the box at which the cookie was given.
    pub boot: u32,
    /// When, on that start's monotonic line, in milliseconds.
    pub issued_ms: u64,
}

/// Gives and checks device cookies; cloned freely.
#[derive(Clone)]
pub struct Devices {
    key: [u8; 32],
    boot: u32,
    time: Time,
}

impl std::fmt::Debug for Devices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Devices")
    }
}

impl Devices {
    /// Under the box's key, at this start of it.
    pub(super) fn new(key: [u8; 32], boot: u32, time: Time) -> Self {
        Self { key, boot, time }
    }

    /// A new device and its cookie's value.
    #[must_use]
    pub fn issue(&self) -> (Device, String) {
        let device =
            Device { id: DeviceId(secret::random()), boot: self.boot, issued_ms: self.time.now_ms() };
        let mut bytes = Vec::with_capacity(WHOLE);
        bytes.extend(device.id.0);
        bytes.extend(device.boot.to_be_bytes());
        bytes.extend(device.issued_ms.to_be_bytes());
        let signature = secret::sign(&self.key, PURPOSE, &[&bytes]);
        bytes.extend(signature);
        (device, secret::write(&bytes))
    }

    /// The device a cookie's value names; `None` when it was not given by this box.
    #[must_use]
    pub fn verify(&self, cookie: &str) -> Option<Device> {
        let bytes: [u8; WHOLE] = secret::read(cookie)?;
        let (body, signature) = bytes.split_at(BODY);
        if !secret::is_signed(&self.key, PURPOSE, &[body], signature) {
            return None;
        }
        let (id, rest) = body.split_at(ID);
        let (boot, issued) = rest.split_at(4);
        Some(Device {
            id: DeviceId(id.try_into().ok()?),
            boot: u32::from_be_bytes(boot.try_into().ok()?),
            issued_ms: u64::from_be_bytes(issued.try_into().ok()?),
        })
    }
}
