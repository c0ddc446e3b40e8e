use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The id of a git object: the 20 bytes of its SHA-1, written as 40 lower-case hexadecimal digits.
///
/// ```
/// use repin::Oid;
/// let id: Oid = "4b825dc642cb6eb9a060e54bf8d69288fbee4904".parse()?;
/// assert_eq!(id.to_string(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
/// assert!("4b825dc".parse::<Oid>().is_err(), "an abbreviation is not an id");
/// # Ok::<(), repin::ParseOidError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
pub struct Oid([u8; 20]);

/// The text is not 40 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseOidError;

impl fmt::Display for ParseOidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object id has 40 hexadecimal digits")
    }
}

impl std::error::Error for ParseOidError {}

impl Oid {
    /// The id with these bytes.
    pub const fn new(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// Whether its hexadecimal form begins with `prefix`, which must be lower-case.
    pub fn starts_with(&self, prefix: &str) -> bool {
        prefix.len() <= 40
            && prefix.bytes().enumerate().all(|(i, digit)| {
                let byte = self.0[i / 2];
                let nibble = if i % 2 == 0 { byte >> 4 } else { byte & 15 };
                digit == HEX[usize::from(nibble)]
            })
    }

    /// The first `digits` hexadecimal digits (at most 40).
    pub fn abbreviated(&self, digits: usize) -> String {
        let mut text = self.to_string();
        text.truncate(digits);
        text
    }
}

/// A map by object id.
pub type OidMap<V> = HashMap<Oid, V, BuildHasherDefault<OidHasher>>;
/// A set of object ids.
pub type OidSet = HashSet<Oid, BuildHasherDefault<OidHasher>>;

/// Takes eight of an id's bytes as its hash: it is the output of a hash function already.
#[derive(Clone, Copy, Debug, Default)]
pub struct OidHasher(u64);

impl Hasher for OidHasher {
    fn write(&mut self, bytes: &[u8]) {
        for (at, byte) in bytes.iter().take(8).enumerate() {
            self.0 ^= u64::from(*byte) << (8 * at);
        }
    }

    fn write_usize(&mut self, _length: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Writes `bytes` as lower-case hexadecimal digits.
pub(crate) fn write_hex(bytes: &[u8], f: &mut impl fmt::Write) -> fmt::Result {
    for byte in bytes {
        f.write_char(char::from(HEX[usize::from(byte >> 4)]))?;
        f.write_char(char::from(HEX[usize::from(byte & 15)]))?;
    }
    Ok(())
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl FromStr for Oid {
    type Err = ParseOidError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.as_bytes();
        if digits.len() != 40 {
            return Err(ParseOidError);
        }
        let mut bytes = [0; 20];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let value = |digit: u8| char::from(digit).to_digit(16).ok_or(ParseOidError);
            *byte = u8::try_from(value(pair[0])? * 16 + value(pair[1])?).map_err(|_| ParseOidError)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Oid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Oid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
