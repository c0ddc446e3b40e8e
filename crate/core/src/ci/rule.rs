//! The words of `only`, `except` and `rules`, as they stand in the file.

use super::yaml::Value;

/// `only` or `except`.
#[derive(Clone, Debug, Default)]
pub(super) struct Policy {
    pub(super) refs: Option<Vec<String>>,
    pub(super) changes: Option<Vec<String>>,
    pub(super) variables: Option<Vec<String>>,
    pub(super) kubernetes: bool,
}

impl Policy {
    pub(super) fn parse(value: &Value) -> Self {
        if !value.is_map() {
            return Self { refs: Some(value.texts()).filter(|refs| !refs.is_empty()), ..Self::default() };
        }
        let list = |key: &str| value.some(key).map(Value::texts);
        Self {
            refs: list("refs"),
            changes: list("changes"),
            variables: list("variables"),
            kubernetes: value.some("kubernetes").is_some(),
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Rule {
    pub(super) condition: Option<String>,
    pub(super) changes: Option<RuleChanges>,
    pub(super) exists: Option<Vec<String>>,
    /// `exists` of another project or ref.
    pub(super) exists_elsewhere: bool,
    pub(super) when: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct RuleChanges {
    pub(super) patterns: Vec<String>,
    pub(super) regexp: Option<String>,
    pub(super) compare_to: Option<String>,
}

impl Rule {
    pub(super) fn parse_all(value: &Value) -> Vec<Self> {
        let mut rules = Vec::new();
        for item in value.items() {
            match item {
                Value::Map(_) => rules.push(Self::parse(item)),
                // Lists in the list come from anchors.
                Value::Seq(_) => rules.extend(item.items().iter().filter(|rule| rule.is_map()).map(Self::parse)),
                _ => {}
            }
        }
        rules
    }

    fn parse(value: &Value) -> Self {
        let text = |value: &Value, key: &str| value.some(key).and_then(Value::text).map(str::to_owned);
        let changes = value.some("changes").map(|changes| {
            if changes.is_map() {
                RuleChanges {
                    patterns: changes.some("paths").map(Value::texts).unwrap_or_default(),
                    regexp: text(changes, "regexp"),
                    compare_to: text(changes, "compare_to"),
                }
            } else {
                RuleChanges { patterns: changes.texts(), ..RuleChanges::default() }
            }
        });
        let exists = value.some("exists");
        Self {
            condition: text(value, "if"),
            changes,
            exists: exists.map(|exists| exists.some("paths").unwrap_or(exists).texts()),
            exists_elsewhere: exists.is_some_and(|exists| exists.some("project").or(exists.some("ref")).is_some()),
            when: text(value, "when"),
        }
    }

    /// The rule for people.
    pub(super) fn show(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.condition.as_ref().map(|condition| format!("if: {condition}")));
        parts.extend(self.changes.as_ref().map(|_| "changes".to_owned()));
        parts.extend(self.exists.as_ref().map(|_| "exists".to_owned()));
        if parts.is_empty() { "no condition".to_owned() } else { parts.join(", ") }
    }
}
