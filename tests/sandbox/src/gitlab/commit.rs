//! A commit, parsed from the object, and as the APIs show it.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde_json::{Value, json};

/// Who did something, and when.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signature {
    pub(crate) name: String,
    pub(crate) email: String,
    seconds: i64,
    /// `+0100`.
    zone: String,
}

/// A commit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Commit {
    pub(crate) id: String,
    pub(crate) parents: Vec<String>,
    pub(crate) author: Signature,
    pub(crate) committer: Signature,
    pub(crate) message: String,
}

impl Signature {
    fn parse(line: &str) -> Self {
        let (name, rest) = line.split_once('<').unwrap_or((line, ""));
        let (email, when) = rest.split_once('>').unwrap_or((rest, ""));
        let mut when = when.split_whitespace();
        let seconds = when.next().and_then(|seconds| seconds.parse().ok()).unwrap_or_default();
        let zone = when.next().unwrap_or("+0000").to_owned();
        Self { name: name.trim().to_owned(), email: email.to_owned(), seconds, zone }
    }

    fn zoned(&self, format: &str) -> String {
        let (sign, digits) = self.zone.split_at(usize::from(self.zone.starts_with(['+', '-'])));
        let number = digits.parse::<i32>().unwrap_or_default();
        let seconds = (number / 100 * 60 + number % 100) * 60 * if sign == "-" { -1 } else { 1 };
        let offset = Offset::from_seconds(seconds).unwrap_or(Offset::UTC);
        let instant = Timestamp::from_second(self.seconds).unwrap_or_default();
        instant.to_zoned(TimeZone::fixed(offset)).strftime(format).to_string()
    }

    /// As REST writes it: `2024-03-04T09:00:00.000+01:00`.
    pub(crate) fn rest(&self) -> String {
        self.zoned("%Y-%m-%dT%H:%M:%S.000%:z")
    }

    /// As GraphQL writes it: `2024-03-04T09:00:00+01:00`.
    pub(crate) fn graphql(&self) -> String {
        self.zoned("%Y-%m-%dT%H:%M:%S%:z")
    }
}

impl Commit {
    /// Reads a commit object.
    pub(crate) fn parse(id: &str, data: &[u8]) -> Self {
        let text = String::from_utf8_lossy(data);
        let (head, message) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut commit = Self { id: id.to_owned(), message: message.to_owned(), ..Self::default() };
        for line in head.lines() {
            match line.split_once(' ') {
                Some(("parent", parent)) => commit.parents.push(parent.to_owned()),
                Some(("author", author)) => commit.author = Signature::parse(author),
                Some(("committer", committer)) => commit.committer = Signature::parse(committer),
                _ => {}
            }
        }
        commit
    }

    /// The first eight characters: what REST and GraphQL call short, and not what Renku's tags are made of.
    pub(crate) fn short_id(&self) -> &str {
        &self.id[..8]
    }

    /// The first line; a long one is cut off after 80 characters, at a space if there is one.
    pub(crate) fn title(&self) -> String {
        let line = self.message.trim_start().lines().next().unwrap_or_default().trim_end();
        if line.is_empty() {
            return "No commit message".to_owned();
        }
        if line.chars().count() < 100 {
            return line.to_owned();
        }
        let cut: String = line.chars().take(78).collect();
        let cut = cut.rsplit_once(' ').map_or(cut.as_str(), |(before, _)| before);
        format!("{cut}...")
    }

    /// As REST lists it. `project` is the address of the project's page.
    pub(crate) fn json(&self, project: &str) -> Value {
        json!({
            "id": self.id,
            "short_id": self.short_id(),
            "created_at": self.committer.rest(),
            "parent_ids": self.parents,
            "title": self.title(),
            "message": self.message,
            "author_name": self.author.name,
            "author_email": self.author.email,
            "authored_date": self.author.rest(),
            "committer_name": self.committer.name,
            "committer_email": self.committer.email,
            "committed_date": self.committer.rest(),
            "trailers": {},
            "extended_trailers": {},
            "web_url": format!("{project}/-/commit/{}", self.id),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_object_is_read() {
        let data = b"tree 1\nparent a\nparent b\nauthor Ada L <ada@example.org> 1709539200 +0100\ncommitter Ben <b@example.org> 1709539260 -0330\n\nTitle\n\nText\n";
        let commit = Commit::parse("0123456789abcdef0123456789abcdef01234567", data);
        assert_eq!(commit.parents, ["a", "b"]);
        assert_eq!((commit.author.name.as_str(), commit.author.email.as_str()), ("Ada L", "ada@example.org"));
        assert_eq!(commit.author.rest(), "2024-03-04T09:00:00.000+01:00");
        assert_eq!(commit.committer.graphql(), "2024-03-04T04:31:00-03:30");
        assert_eq!((commit.short_id(), commit.title().as_str()), ("01234567", "Title"));
        assert_eq!(commit.message, "Title\n\nText\n");
    }

    #[test]
    fn titles_are_cut_as_gitlab_cuts_them() {
        let title = |message: &str| Commit { message: message.to_owned(), ..Commit::default() }.title();
        let long = "word ".repeat(25);
        for (name, message, expected) in [
            ("none", "", "No commit message".to_owned()),
            ("99 characters", &"x".repeat(99), "x".repeat(99)),
            ("100 characters, no space", &"x".repeat(100), format!("{}...", "x".repeat(78))),
            ("words", &long, format!("{}...", "word ".repeat(15).trim_end())),
        ] {
            assert_eq!(title(message), expected, "{name}");
        }
    }
}
