//! Jobs out of a configuration: `extends`, `!reference`, `default`, `inherit`, `variables`.
//!
//! The order is GitLab's: includes (already merged), then `extends`, then `!reference`. `extends` merges deeply, bases
//! in their order, the job over them; lists are replaced, never joined. A `!reference` sees extended jobs.

use std::collections::HashMap;
use std::sync::Arc;

use litemap::LiteMap;

use super::yaml::Value;

/// More than 10 ancestors along one chain are refused (GitLab's `Extendable::Entry::MAX_NESTING_LEVELS`).
const MAX_EXTENDS: usize = 10;
/// Levels of `!reference` inside what is referred to.
const MAX_REFERENCES: usize = 10;
/// Nodes that references and bases may add up to, for one file.
const BUDGET: usize = 500_000;

/// Top-level keys that are no jobs.
const NOT_JOBS: [&str; 13] = [
    "default",
    "include",
    "before_script",
    "image",
    "services",
    "after_script",
    "variables",
    "stages",
    "types",
    "cache",
    "workflow",
    "spec",
    "",
];

/// A job with everything that it inherits.
#[derive(Clone, Debug, Default)]
pub(super) struct Job {
    pub(super) name: String,
    /// The image it runs in.
    pub(super) image: Option<String>,
    /// `before_script` and `script`: one shell runs both.
    pub(super) script: Vec<String>,
    /// A shell of its own runs these.
    pub(super) after_script: Vec<String>,
    pub(super) variables: Arc<LiteMap<String, Variable>>,
    /// Values that `rules` or `workflow:rules` give variables when they hold.
    pub(super) by_rules: Vec<(String, Variable)>,
    /// The names that `parallel:matrix` sets.
    pub(super) matrix: Vec<String>,
    pub(super) only: Option<Value>,
    pub(super) except: Option<Value>,
    pub(super) rules: Option<Value>,
    pub(super) when: Option<String>,
}

/// A value of `variables:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) value: String,
    /// Whether `$NAME` in it is replaced (`expand:`, true by default).
    pub(super) expand: bool,
}

/// The jobs of a configuration, and what it says about the whole pipeline.
#[derive(Debug, Default)]
pub(super) struct Assembled {
    pub(super) jobs: Vec<Job>,
    pub(super) workflow: Option<Value>,
    pub(super) notes: Vec<String>,
}

/// Assembles every visible job, in file order.
pub(super) fn assemble(root: &Value) -> Assembled {
    let names = root.entries().iter().map(|(name, value)| (&**name, value)).collect();
    let extended = HashMap::new();
    let mut assembler = Assembler { names, extended, global: Arc::default(), notes: Vec::new(), budget: BUDGET };
    let global = root.some("variables").cloned().unwrap_or(Value::Null);
    assembler.global = Arc::new(variables(&assembler.resolve(&global, 0)));
    let workflow = root.some("workflow").and_then(|workflow| workflow.some("rules")).cloned();
    let workflow = workflow.map(|rules| assembler.resolve(&rules, 0));
    let names = root
        .entries()
        .iter()
        .filter(|(name, value)| value.is_map() && !name.starts_with('.') && !NOT_JOBS.contains(&&**name));
    let jobs = names.map(|(name, _)| assembler.job(name, workflow.as_ref())).collect();
    Assembled { jobs, workflow, notes: assembler.notes }
}

/// The values of a `variables:` map.
pub(super) fn variables(map: &Value) -> LiteMap<String, Variable> {
    let read = |value: &Value| match value {
        Value::Text(text) => Some(Variable { value: text.to_string(), expand: true }),
        // A variable without a value is the empty text.
        Value::Null => Some(Variable { value: String::new(), expand: true }),
        Value::Map(_) => Some(Variable {
            value: value.get("value").and_then(Value::text).unwrap_or_default().to_owned(),
            expand: value.get("expand").and_then(Value::text) != Some("false"),
        }),
        _ => None,
    };
    map.entries().iter().filter_map(|(name, value)| Some((name.to_string(), read(value)?))).collect()
}

struct Assembler<'v> {
    /// The root's entries by name.
    names: HashMap<&'v str, &'v Value>,
    /// `variables:` of the root.
    global: Arc<LiteMap<String, Variable>>,
    /// What a name's map is with its bases merged in, and how many levels it took; `None` while it is being found.
    extended: HashMap<Arc<str>, Option<(Value, usize)>>,
    notes: Vec<String>,
    budget: usize,
}

impl Assembler<'_> {
    fn note(&mut self, note: String) {
        if self.notes.len() < 10 && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn spend(&mut self, nodes: usize) -> bool {
        self.budget = self.budget.saturating_sub(nodes);
        if self.budget == 0 {
            self.note(
                "The CI file's extends and references multiply beyond any use: the rest of them is left out.".into(),
            );
        }
        self.budget > 0
    }

    /// A top-level map with its bases, and the number of levels.
    fn extend(&mut self, name: &str, above: usize) -> (Value, usize) {
        match self.extended.get(name) {
            Some(Some(known)) => return known.clone(),
            Some(None) => {
                self.note(format!("The job {name} extends itself in a circle: GitLab takes no such CI file."));
                return (Value::Null, 0);
            }
            None => {}
        }
        let own = self.names.get(name).copied().cloned().unwrap_or(Value::Null);
        let Some(bases) = own.some("extends").map(Value::texts) else {
            return (own, 0);
        };
        if above > MAX_EXTENDS {
            self.note(format!(
                "The job {name} extends others over more than {MAX_EXTENDS} levels: the rest is left out."
            ));
            return (own, 0);
        }
        let key: Arc<str> = Arc::from(name);
        self.extended.insert(key.clone(), None);
        let mut merged = Value::Map(Vec::new().into());
        let mut levels = 0;
        for base in bases {
            if !self.names.contains_key(base.as_str()) {
                self.note(format!("The job {name} extends {base}, which is not in the files that could be read: what it inherits is not known."));
                continue;
            }
            let (value, height) = self.extend(&base, above + 1);
            levels = levels.max(height + 1);
            let size = value.entries().iter().map(|(_, value)| 1 + value.entries().len()).sum::<usize>();
            if value.is_map() && self.spend(size) {
                merged = merged.deep_merge(&value);
            }
        }
        let merged = merged.deep_merge(&own);
        if levels > MAX_EXTENDS {
            self.note(format!(
                "The job {name} extends others over more than {MAX_EXTENDS} levels: GitLab takes no such CI file."
            ));
        }
        self.extended.insert(key, Some((merged.clone(), levels)));
        (merged, levels)
    }

    /// The value with its references replaced; a reference inside a list puts its items there.
    fn resolve(&mut self, value: &Value, depth: usize) -> Value {
        if !self.spend(1 + value.items().len().max(value.entries().len())) {
            return Value::Null;
        }
        match value {
            Value::Reference(path) => {
                if depth >= MAX_REFERENCES {
                    self.note(format!("!reference [{}]: nested deeper than {MAX_REFERENCES} levels.", path.join(", ")));
                    return Value::Null;
                }
                let mut parts = path.iter();
                let first = parts.next().map(|name| self.extend(name, 0).0);
                let found = first.and_then(|first| parts.try_fold(first, |value, key| value.get(key).cloned()));
                if let Some(found) = found {
                    self.resolve(&found, depth + 1)
                } else {
                    self.note(format!(
                        "!reference [{}] finds nothing in the files that could be read.",
                        path.join(", ")
                    ));
                    Value::Null
                }
            }
            Value::Seq(items) => {
                let mut all = Vec::with_capacity(items.len());
                for item in items.iter() {
                    match (item, self.resolve(item, depth)) {
                        (Value::Reference(_), Value::Null) => {}
                        (Value::Reference(_), Value::Seq(parts)) => all.extend(parts.iter().cloned()),
                        (_, value) => all.push(value),
                    }
                }
                Value::Seq(Arc::new(all))
            }
            Value::Map(pairs) => {
                let resolved = pairs.iter().map(|(key, value)| (key.clone(), self.resolve(value, depth)));
                Value::Map(Arc::new(resolved.collect()))
            }
            other => other.clone(),
        }
    }

    /// A keyword of the job, else of `default:`, else of the top level, as `inherit:` allows.
    fn keyword(&mut self, job: &Value, key: &str) -> Option<Value> {
        let value = match job.some(key) {
            Some(own) => own.clone(),
            None if inherits(job, "default", key) => {
                let default = self.names.get("default").and_then(|default| default.some(key));
                default.or(self.names.get(key).copied()).filter(|value| **value != Value::Null)?.clone()
            }
            None => return None,
        };
        Some(self.resolve(&value, 0))
    }

    fn own(&mut self, job: &Value, key: &str) -> Option<Value> {
        let value = job.some(key)?.clone();
        Some(self.resolve(&value, 0))
    }

    fn job(&mut self, name: &str, workflow: Option<&Value>) -> Job {
        let job = self.extend(name, 0).0;
        let own = variables(&self.own(&job, "variables").unwrap_or(Value::Null));
        let inherits_all = job.some("inherit").is_none_or(|inherit| inherit.some("variables").is_none());
        let mut all = self.global.clone();
        if !(own.is_empty() && inherits_all) && self.spend(all.len()) {
            let changed = Arc::make_mut(&mut all);
            changed.retain(|name, _| inherits(&job, "variables", name));
            changed.extend(own);
        }
        let image = self.keyword(&job, "image");
        let rules = self.own(&job, "rules");
        let by_rules = workflow.iter().copied().chain(&rules).flat_map(Value::items);
        let by_rules = by_rules.filter_map(|rule| rule.some("variables")).flat_map(variables).take(100).collect();
        let script = |value: Option<Value>| value.map(|value| value.texts()).unwrap_or_default();
        let mut lines = script(self.keyword(&job, "before_script"));
        lines.extend(script(self.own(&job, "script")));
        let matrix = job.some("parallel").and_then(|parallel| parallel.some("matrix")).cloned();
        let matrix = matrix.map_or(Value::Null, |matrix| self.resolve(&matrix, 0));
        Job {
            name: name.to_owned(),
            image: image.and_then(|image| Some(image.text().or(image.get("name")?.text())?.to_owned())),
            script: lines,
            after_script: script(self.keyword(&job, "after_script")),
            variables: all,
            matrix: matrix.items().iter().flat_map(Value::entries).map(|(name, _)| name.to_string()).collect(),
            only: self.own(&job, "only"),
            except: self.own(&job, "except"),
            rules,
            by_rules,
            when: job.some("when").and_then(Value::text).map(str::to_owned),
        }
    }
}

/// What `inherit:` says about a name: a boolean, or the list of the names that are inherited.
fn inherits(job: &Value, kind: &str, name: &str) -> bool {
    match job.some("inherit").and_then(|inherit| inherit.some(kind)) {
        None => true,
        Some(Value::Text(text)) => &**text != "false",
        Some(names) => names.texts().iter().any(|inherited| inherited == name),
    }
}
