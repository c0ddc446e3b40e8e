//! Names of images: references, tags, their forms, and the remotes they follow from.

use repin::Oid;
use repin::reference::{Reference, is_tag};
use repin::remote::{image_repository, parse_remote};
use repin::scheme::{CommitNames, Named, TagScheme};

use crate::halves;

/// An image reference: its canonical and its short form are the same reference.
///
/// # Panics
/// If not.
pub fn reference(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let lenient = Reference::parse_lenient(text);
    match Reference::parse(text) {
        Ok(reference) => {
            assert_eq!(Reference::parse(&reference.to_string()).as_ref(), Ok(&reference));
            assert_eq!(Reference::parse(&reference.familiar()).as_ref(), Ok(&reference));
            assert_eq!(lenient.as_ref(), Ok(&reference));
            assert!(reference.tag().is_none_or(is_tag));
            let tagged = reference.with_tag("v1").expect("it is a tag");
            assert!(tagged.same_repository(&reference) && tagged.digest().is_none());
        }
        Err(error) => {
            assert!(text.is_char_boundary(error.position()), "position {}", error.position());
            assert!(!error.to_string().is_empty());
        }
    }
    if let Ok(reference) = lenient {
        assert_eq!(Reference::parse(&reference.to_string()).as_ref(), Ok(&reference));
    }
}

/// The URL of a remote: read again, it is the same place, and no secret is left in it.
///
/// # Panics
/// If not.
pub fn remote(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some(remote) = parse_remote(text) else { return };
    assert!(!remote.path.contains('@') && !remote.host.contains('@'), "{remote:?}");
    let port = remote.port.map_or(String::new(), |port| format!(":{port}"));
    let again = parse_remote(&format!("https://{}{port}/{}.git", remote.host, remote.path));
    assert_eq!(again.as_ref(), Some(&remote));
    assert!(image_repository(&remote).is_none_or(|image| image.tag().is_none() && image.digest().is_none()));
}

/// The template of a tag, then tags: a tag that the template makes for a commit names that commit and no other.
///
/// # Panics
/// If not.
pub fn scheme(data: &[u8]) {
    let (template, tags) = halves(data);
    let scheme = TagScheme::parse(&String::from_utf8_lossy(template));
    if let Ok(again) = scheme.to_string().parse::<TagScheme>() {
        assert_eq!(again.to_string(), scheme.to_string());
    }
    for tag in String::from_utf8_lossy(tags).lines().take(16) {
        let all = scheme.read_all(tag);
        assert_eq!(scheme.read(tag).is_some(), !all.is_empty());
        assert!(all.is_empty() || scheme.names_commits());
    }
    let id: Oid = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567".parse().expect("it is an id");
    let commit = CommitNames { id, git_tag: Some("v1.0"), ref_name: Some("feature/One") };
    if let Some(tag) = scheme.expected(&commit) {
        assert!(is_tag(&tag));
        for named in scheme.read_all(&tag) {
            if let Named::Commit { prefix } = named {
                // A reading from another form can be of other digits; that of the only form cannot.
                let only = scheme.forms().len() == 1;
                assert!(!only || id.to_string().starts_with(&prefix), "{tag} is read as {prefix}");
            }
        }
    }
}

/// A list of tags, as lines or JSON.
///
/// # Panics
/// If a list of lines holds what cannot be a tag.
pub fn tags(data: &[u8]) {
    match repin_forge::tags::parse(data) {
        Ok(tags) => {
            // A registry's JSON is taken at its word.
            let text = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data).trim_ascii();
            let json = matches!(text.first(), Some(b'{' | b'['));
            assert!(json || tags.iter().all(|tag| is_tag(&tag.name)));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
