//! A letter and a colour for each environment.

use std::collections::HashMap;

use crate::history::HistoryEntry;

/// Colours that people with any kind of colour vision tell apart (Okabe and Ito, 2008; without black): as in a picture,
/// and the nearest ones of a terminal's 256. The last field says whether black text is the more legible one on it.
pub const PALETTE: [(&str, u8, bool); 7] = [
    ("#56B4E9", 74, true),
    ("#E69F00", 214, true),
    ("#009E73", 36, true),
    ("#CC79A7", 175, true),
    ("#F0E442", 227, true),
    ("#0072B2", 25, false),
    ("#D55E00", 166, true),
];

/// The environments of a history, numbered by their first appearance: the newest commit's is A.
#[derive(Clone, Debug)]
pub struct Letters<'h> {
    numbers: HashMap<&'h str, usize>,
}

impl<'h> Letters<'h> {
    /// Those of this history.
    pub fn of(history: &'h [HistoryEntry]) -> Self {
        let mut numbers = HashMap::new();
        for key in history.iter().filter_map(|entry| entry.key.as_deref()) {
            let next = numbers.len();
            numbers.entry(key).or_insert(next);
        }
        Self { numbers }
    }

    /// How many environments there are.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The number of an entry's environment, if it has one.
    pub fn number(&self, entry: &HistoryEntry) -> Option<usize> {
        entry.key.as_deref().and_then(|key| self.numbers.get(key)).copied()
    }
}

/// `A` to `Z`, then `AA`, `AB`, and so on.
pub fn letter(number: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = number + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rest % 26]);
        rest /= 26;
    }
    letters.iter().rev().map(|&byte| char::from(byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::letter;

    #[test]
    fn letters_go_on_after_z() {
        for (number, expected) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letter(number), expected);
        }
    }
}
