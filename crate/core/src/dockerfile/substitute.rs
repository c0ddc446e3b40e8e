//! What `${NAME…}` can do to a value (`processDollar` of BuildKit's `frontend/dockerfile/shell/lex.go`).

use super::words::{LONGEST, Text, Value};
use crate::dockerignore::Pattern;

/// `${NAME-word}` and its like.
pub(super) fn modify(value: Value, operator: char, empty_is_unset: bool, word: Text) -> Result<Text, &'static str> {
    let current = match value {
        Value::Unknown(why) => return Ok(Text::unknown(why)),
        Value::Unset => None,
        Value::Known(text) => Some(text),
    };
    let set = current.as_ref().is_some_and(|text| !(empty_is_unset && text.is_empty()));
    match operator {
        '-' if !set => Ok(word),
        '+' if set => Ok(word),
        '+' => Ok(Text::default()),
        '?' if !set => Err("a variable that has to be set and is not"),
        '#' | '%' => trim(&current.unwrap_or_default(), word, operator),
        _ => Ok(current.unwrap_or_default().into()),
    }
}

/// `${NAME#pattern}`, `##`, `%` and `%%`.
fn trim(value: &str, word: Text, operator: char) -> Result<Text, &'static str> {
    if let Some(why) = word.unknown {
        return Ok(Text::unknown(why));
    }
    let (greedy, pattern) = word.known.strip_prefix(operator).map_or((false, &*word.known), |pattern| (true, pattern));
    let mut chars: Vec<char> = value.chars().collect();
    let pattern = if operator == '%' {
        chars.reverse();
        Pattern::shell(reversed(pattern).into_iter())
    } else {
        Pattern::shell(pattern.chars())
    };
    let prefixes = pattern.map_err(|_| "a bad pattern in a substitution")?.prefixes(&chars);
    let cut = prefixes.map_or(0, |(shortest, longest)| if greedy { longest } else { shortest });
    let rest = chars.drain(..).skip(cut);
    Ok(if operator == '%' { rest.rev().collect::<String>() } else { rest.collect::<String>() }.into())
}

/// A shell pattern from its end, each escape before what it escapes.
fn reversed(pattern: &str) -> Vec<char> {
    let mut units: Vec<Vec<char>> = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        units.push(if c == '\\' { std::iter::once(c).chain(chars.next()).collect() } else { vec![c] });
    }
    units.into_iter().rev().flatten().collect()
}

/// `${NAME/pattern/replacement}` and `${NAME//pattern/replacement}`.
pub(super) fn replace(value: Value, pattern: Text, replacement: Text, all: bool) -> Result<Text, &'static str> {
    let value = match value {
        Value::Known(text) => text,
        Value::Unset => String::new(),
        Value::Unknown(why) => return Ok(Text::unknown(why)),
    };
    if let Some(why) = pattern.unknown.or(replacement.unknown) {
        return Ok(Text::unknown(why));
    }
    let compiled = Pattern::shell(pattern.known.chars()).map_err(|_| "a bad pattern in a substitution")?;
    if all && (replacement.known.contains('$') || compiled.prefixes(&[]).is_some()) {
        // Go replaces the empty places too, and reads $1 in the replacement.
        return Ok(Text::unknown("a substitution of an unusual kind".to_owned()));
    }
    let chars: Vec<char> = value.chars().collect();
    let mut text = Text::default();
    let mut at = 0;
    let mut replaced = false;
    while let Some(rest) = chars.get(at..) {
        match compiled.prefixes(rest) {
            Some((_, longest)) if all || !replaced => {
                text.push(&replacement.known, LONGEST);
                replaced = true;
                at += longest;
                if !all {
                    text.push(&chars.get(at..).unwrap_or_default().iter().collect::<String>(), LONGEST);
                    break;
                }
            }
            _ => match rest.first() {
                Some(c) => {
                    text.push(c.encode_utf8(&mut [0; 4]), LONGEST);
                    at += 1;
                }
                None => break,
            },
        }
    }
    Ok(text)
}
