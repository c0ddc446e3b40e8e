//! Which revision a page of a project shows.

use super::RevisionHint;

/// The most refs that one address is taken for: nobody nests them deeper.
const MOST_SPLITS: usize = 8;

/// The revision that a page shows; `page` is what follows `/-/`.
pub(super) fn page_of(page: &[&str], query: &str) -> Option<RevisionHint> {
    match page {
        ["commit", id, ..] => {
            let id = decode(without_format(id))?;
            let is_id = (7..=40).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
            // GitLab shows the commit of a branch there as well.
            Some(if is_id { RevisionHint::Commit(id) } else { RevisionHint::Refs(vec![id]) })
        }
        ["tree" | "blob" | "raw" | "blame" | "commits" | "edit" | "find_file" | "network" | "graphs", rest @ ..] => {
            splits(rest, query)
        }
        ["tags" | "releases", name @ ..] => join(name).map(RevisionHint::Tag),
        ["archive", name @ .., _file] => Some(RevisionHint::Refs(vec![join(name)?])),
        ["merge_requests", number, ..] => without_format(number).parse().ok().map(RevisionHint::MergeRequest),
        _ => None,
    }
}

/// `abc1234.patch` is the page of `abc1234` in another format.
fn without_format(name: &str) -> &str {
    name.strip_suffix(".patch").or_else(|| name.strip_suffix(".diff")).unwrap_or(name)
}

/// The refs that may be at the beginning, the shortest first: most have no slash. `?ref_type=heads` says that it is a branch.
fn splits(parts: &[&str], query: &str) -> Option<RevisionHint> {
    let first = decode(parts.first()?)?;
    if first.len() == 40 && first.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Some(RevisionHint::Commit(first));
    }
    let kind = match query_value(query, "ref_type").as_deref() {
        Some("heads") => "refs/heads/",
        Some("tags") => "refs/tags/",
        _ => "",
    };
    let refs: Vec<String> = (1..=parts.len().min(MOST_SPLITS))
        .filter_map(|length| Some(format!("{kind}{}", join(&parts[..length])?)))
        .collect();
    (!refs.is_empty()).then_some(RevisionHint::Refs(refs))
}

fn join(parts: &[&str]) -> Option<String> {
    let parts: Vec<String> = parts.iter().map(|part| decode(part)).collect::<Option<_>>()?;
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// The value of a parameter, where it has one.
pub(super) fn query_value(query: &str, name: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    decode(&value.replace('+', " ")).filter(|value| !value.is_empty())
}

/// Undoes percent encoding; `None` where it is broken, or where what comes out is no text of one line.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'%' {
            let digits = std::str::from_utf8(rest.get(..2)?).ok().filter(|digits| !digits.starts_with('+'))?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &rest[2..];
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains(char::is_control))
}
