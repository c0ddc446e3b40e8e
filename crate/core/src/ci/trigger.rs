//! When a job runs: `only`, `except`, `rules`, `workflow:rules`, and the commit message that skips pipelines.
//!
//! - `only` holds if all of its keys hold, `except` if any of its keys does; inside a key one item is enough. Without
//!   `rules` and without refs of its own, `only` has the refs `branches` and `tags`.
//! - A ref pattern may end in `@group/project`. It is a keyword (`branches`, `tags`, the pipeline's source or its
//!   plural), else, in pipelines of branches and tags alone, a regular expression or exactly the ref's name.
//! - The first rule whose clauses all hold decides; if none does, the job does not run. `when: never` keeps it out.
//! - `changes` always holds where GitLab knows of no difference: new branches, tags, schedules, pipelines started by
//!   hand, by the API or by a trigger. With no changed path it never holds. `rules:changes` also holds, unread, beyond
//!   50,000 comparisons.
//! - `[skip ci]` or `[ci skip]` in the message of the pipeline's commit keeps out pipelines of pushes and merge requests.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use litemap::LiteMap;

use super::assemble::{Job, Variable};
use super::expression::{self, Lookup, Tri};
use super::pattern;
use super::rule::{Policy, Rule, RuleChanges};
use super::yaml::Value;
use crate::glob::Glob;

/// GitLab's limit of comparisons in `rules:changes` and `rules:exists`.
const MAX_COMPARISONS: usize = 50_000;

/// The keyword that a `changes:` list belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Keyword {
    /// `only:changes`.
    Only,
    /// `except:changes`.
    Except,
    /// `rules:changes`.
    Rules,
}

/// A `changes:` list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// Globs over full paths (see [`crate::glob`]). In `rules`, variables of the CI file are replaced.
    pub patterns: Vec<String>,
    /// `regexp:` in place of patterns (GitLab 19.2).
    pub regexp: Option<String>,
    /// The ref to compare with, in place of the push.
    pub compare_to: Option<String>,
    /// The keyword it belongs to.
    pub keyword: Keyword,
    /// Whether a change keeps the job out (`except`, and rules with `when: never`).
    pub negative: bool,
}

/// What a pipeline runs for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefKind {
    /// A branch.
    Branch,
    /// A git tag.
    Tag,
    /// A merge request.
    MergeRequest,
}

/// What is known of a pipeline. [`PipelineFacts::push`] makes the common one.
#[derive(Clone, Copy, Debug)]
pub struct PipelineFacts<'a> {
    /// `CI_PIPELINE_SOURCE`: `push`, `web`, `schedule`, `api`, `trigger`, `merge_request_event`, …
    pub source: &'a str,
    /// The short name of the branch or tag.
    pub ref_name: &'a str,
    /// What kind of ref that is.
    pub kind: RefKind,
    /// The project's path, `group/name`.
    pub project_path: Option<&'a str>,
    /// The project's default branch.
    pub default_branch: Option<&'a str>,
    /// The paths that GitLab compares `changes` with; `None` where it has none, so that `changes` always holds.
    pub changed_paths: Option<&'a [String]>,
    /// Every path of the commit, for `exists`; `None` where they are not known.
    pub files: Option<&'a [String]>,
    /// Variables of the pipeline and the project, as far as they are known. They count before those of the CI file.
    pub variables: Option<&'a BTreeMap<String, String>>,
    /// The message of the pipeline's commit.
    pub message: Option<&'a str>,
}

impl<'a> PipelineFacts<'a> {
    /// A push to a branch that changed these paths; `None` for the first push of a branch.
    pub fn push(branch: &'a str, changed_paths: Option<&'a [String]>) -> Self {
        Self {
            source: "push",
            ref_name: branch,
            kind: RefKind::Branch,
            project_path: None,
            default_branch: None,
            changed_paths,
            files: None,
            variables: None,
            message: None,
        }
    }

    /// A push of a git tag.
    pub fn tag(name: &'a str) -> Self {
        Self { kind: RefKind::Tag, ..Self::push(name, None) }
    }
}

/// Whether a job runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Runs {
    /// By itself, unless an earlier stage fails.
    Yes,
    /// Once a person starts it.
    Manual,
    /// Not at all.
    No,
    /// It depends on what is not known, such as variables of the project.
    Unknown,
}

/// An answer of [`Triggers::decide`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether the job runs.
    pub runs: Runs,
    /// Why, for people: part of a sentence.
    pub why: String,
}

impl Decision {
    fn new(runs: Runs, why: impl Into<String>) -> Self {
        Self { runs, why: why.into() }
    }
}

/// When a job runs.
#[derive(Clone, Debug, Default)]
pub struct Triggers {
    workflow: Option<Vec<Rule>>,
    rules: Option<Vec<Rule>>,
    only: Policy,
    except: Policy,
    when: Option<String>,
    variables: Arc<LiteMap<String, Variable>>,
}

impl Triggers {
    pub(super) fn new(job: &Job, workflow: Option<&Value>) -> Self {
        Self {
            workflow: workflow.map(Rule::parse_all),
            rules: job.rules.as_ref().filter(|rules| !matches!(rules, Value::Null)).map(Rule::parse_all),
            only: job.only.as_ref().map(Policy::parse).unwrap_or_default(),
            except: job.except.as_ref().map(Policy::parse).unwrap_or_default(),
            when: job.when.clone(),
            variables: job.variables.clone(),
        }
    }

    /// What is wrong with the expressions.
    pub(super) fn notes(&self) -> Vec<String> {
        let rules = self.rules.iter().chain(&self.workflow).flatten().filter_map(|rule| rule.condition.as_ref());
        let policies = [&self.only, &self.except].into_iter().filter_map(|policy| policy.variables.as_ref()).flatten();
        let unknown = |_: &str| Lookup::Unknown;
        rules
            .chain(policies)
            .filter_map(|condition| expression::evaluate(condition, &unknown).err().map(|error| (condition, error)))
            .take(3)
            .map(|(condition, error)| {
                format!("The condition `{condition}` cannot be read ({error}): it counts as false.")
            })
            .collect()
    }

    /// The `changes:` lists, `only` first, then `except`, then the rules in their order.
    pub fn changes(&self) -> Vec<Changes> {
        let policy = |policy: &Policy, keyword| {
            policy.changes.clone().map(|patterns| Changes {
                patterns,
                regexp: None,
                compare_to: None,
                keyword,
                negative: keyword == Keyword::Except,
            })
        };
        if let Some(rules) = &self.rules {
            let list = |rule: &Rule| {
                let changes = rule.changes.as_ref()?;
                Some(Changes {
                    patterns: self.expanded(&changes.patterns),
                    regexp: changes.regexp.clone(),
                    compare_to: changes.compare_to.clone(),
                    keyword: Keyword::Rules,
                    negative: rule.when.as_deref() == Some("never"),
                })
            };
            return rules.iter().filter_map(list).collect();
        }
        [policy(&self.only, Keyword::Only), policy(&self.except, Keyword::Except)].into_iter().flatten().collect()
    }

    /// Whether only pipelines of git tags can run the job, as far as its own words say: then the ref's name is a git
    /// tag's.
    pub fn only_git_tags(&self) -> bool {
        match &self.rules {
            Some(rules) => {
                let mut running = rules.iter().filter(|rule| rule.when.as_deref() != Some("never")).peekable();
                running.peek().is_some()
                    && running.all(|rule| {
                        rule.condition.as_deref().is_some_and(|condition| {
                            let rest = condition.trim().strip_prefix("$CI_COMMIT_TAG").map(str::trim_start);
                            rest.is_some_and(|rest| {
                                !condition.contains("||")
                                    && (rest.is_empty()
                                        || ["=~", "&&", "!= null"].iter().any(|next| rest.starts_with(next)))
                            })
                        })
                    })
            }
            None => self.only.refs.as_deref() == Some(&["tags".to_owned()]),
        }
    }

    /// Patterns with the CI file's variables put in; what it does not set stays as it is.
    fn expanded(&self, patterns: &[String]) -> Vec<String> {
        let budget = Cell::new(10_000);
        let value = |name: &str| self.variables.get(name).map(|variable| variable.value.clone());
        patterns.iter().map(|pattern| expand(pattern, &value, 0, &budget)).collect()
    }

    /// Whether the job runs in this pipeline.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use repin::ci::{CiFile, PipelineFacts, Runs};
    /// let mut files = BTreeMap::from([(".gitlab-ci.yml".to_owned(), b"
    /// image_build:
    ///   script: docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA . && docker push $CI_REGISTRY_IMAGE
    ///   only: {changes: [Dockerfile]}
    /// ".to_vec())]);
    /// let ci = CiFile::load(".gitlab-ci.yml", &mut files).unwrap_or_else(|never| match never {});
    /// let job = ci.image_job(None).expect("the file has one");
    /// let readme = ["README.md".to_owned()];
    /// assert_eq!(job.triggers.decide(&PipelineFacts::push("main", Some(&readme))).runs, Runs::No);
    /// assert_eq!(job.triggers.decide(&PipelineFacts::push("new-branch", None)).runs, Runs::Yes);
    /// ```
    pub fn decide(&self, facts: &PipelineFacts<'_>) -> Decision {
        let pushed = matches!(facts.source, "push" | "merge_request_event" | "external_pull_request_event");
        if pushed && facts.message.is_some_and(skips) {
            return Decision::new(Runs::No, "the commit's message skips CI");
        }
        let mut maybe = None;
        if let Some(rules) = &self.workflow {
            let workflow = self.by_rules(rules, facts, None);
            match workflow.runs {
                Runs::No => return Decision::new(Runs::No, format!("workflow: {}", workflow.why)),
                Runs::Unknown => maybe = Some(format!("workflow: {}", workflow.why)),
                Runs::Yes | Runs::Manual => {}
            }
        }
        let job = match &self.rules {
            Some(rules) => self.by_rules(rules, facts, self.when.as_deref()),
            None => self.by_policies(facts),
        };
        match maybe {
            Some(why) if job.runs != Runs::No => Decision::new(Runs::Unknown, why),
            _ => job,
        }
    }

    fn by_rules(&self, rules: &[Rule], facts: &PipelineFacts<'_>, when: Option<&str>) -> Decision {
        let mut possible: Vec<Decision> = Vec::new();
        let mut decided = false;
        for (index, rule) in rules.iter().enumerate() {
            let holds = self.rule(rule, facts);
            if holds == Tri::No {
                continue;
            }
            let why = format!("rule {} ({})", index + 1, rule.show());
            possible.push(Decision::new(outcome(rule.when.as_deref().or(when)), why));
            if holds == Tri::Yes {
                decided = true;
                break;
            }
        }
        if !decided {
            possible.push(Decision::new(Runs::No, "no rule holds"));
        }
        let same = possible.windows(2).all(|pair| matches!(pair, [a, b] if a.runs == b.runs));
        let whys: Vec<&str> = possible.iter().map(|decision| decision.why.as_str()).collect();
        let why = whys.join(" or ");
        let runs = possible.first().map_or(Runs::No, |decision| decision.runs);
        if same {
            Decision::new(runs, why)
        } else {
            Decision::new(Runs::Unknown, format!("it is not known which decides: {why}"))
        }
    }

    fn rule(&self, rule: &Rule, facts: &PipelineFacts<'_>) -> Tri {
        let condition = rule.condition.as_ref().map_or(Tri::Yes, |condition| self.condition(condition, facts));
        let changes = rule.changes.as_ref().map_or(Tri::Yes, |changes| self.rule_changes(changes, facts));
        let exists = match (&rule.exists, facts.files) {
            (None, _) => Tri::Yes,
            (Some(_), _) if rule.exists_elsewhere => Tri::Unknown,
            (Some(_), None) => Tri::Unknown,
            (Some(patterns), Some(files)) => {
                let patterns = self.expanded(patterns);
                let limit = files.len().saturating_mul(patterns.len()) > MAX_COMPARISONS;
                Tri::from(limit || any_matches(&patterns, files))
            }
        };
        condition.and(changes).and(exists)
    }

    fn rule_changes(&self, changes: &RuleChanges, facts: &PipelineFacts<'_>) -> Tri {
        if changes.compare_to.is_some() {
            return Tri::Unknown;
        }
        let Some(paths) = facts.changed_paths else { return Tri::Yes };
        if let Some(regexp) = &changes.regexp {
            let found: Option<Vec<bool>> = paths.iter().map(|path| pattern::find(regexp, "", path)).collect();
            return found.map_or(Tri::Unknown, |found| Tri::from(found.contains(&true)));
        }
        let mut patterns = self.expanded(&changes.patterns);
        patterns.sort();
        patterns.dedup();
        let limit = paths.len().saturating_mul(patterns.len()) > MAX_COMPARISONS;
        Tri::from(limit || any_matches(&patterns, paths))
    }

    fn by_policies(&self, facts: &PipelineFacts<'_>) -> Decision {
        let default = ["branches".to_owned(), "tags".to_owned()];
        let refs = self.only.refs.as_deref().unwrap_or(&default);
        let mut only = vec![("refs", Tri::from(refs.iter().any(|pattern| ref_matches(pattern, facts))))];
        only.extend(self.clauses(&self.only, facts));
        let held = only.iter().fold(Tri::Yes, |all, (_, holds)| all.and(*holds));
        if let Some((key, _)) = only.iter().find(|(_, holds)| *holds == Tri::No) {
            return Decision::new(Runs::No, format!("only:{key} does not hold"));
        }
        let mut except = Vec::new();
        except.extend(
            self.except
                .refs
                .as_ref()
                .map(|refs| ("refs", Tri::from(refs.iter().any(|pattern| ref_matches(pattern, facts))))),
        );
        except.extend(self.clauses(&self.except, facts));
        if let Some((key, _)) = except.iter().find(|(_, holds)| *holds == Tri::Yes) {
            return Decision::new(Runs::No, format!("except:{key} holds"));
        }
        let kept_out = except.iter().fold(Tri::No, |any, (_, holds)| any.or(*holds));
        if held == Tri::Unknown || kept_out == Tri::Unknown {
            return Decision::new(Runs::Unknown, "only or except asks for what is not known");
        }
        let why = if self.only.refs.is_none() && only.len() == 1 && except.is_empty() {
            "nothing limits it"
        } else {
            "only and except allow it"
        };
        Decision::new(outcome(self.when.as_deref()), why)
    }

    /// The clauses of `only` or `except` beside its refs.
    fn clauses(&self, policy: &Policy, facts: &PipelineFacts<'_>) -> Vec<(&'static str, Tri)> {
        let mut clauses = Vec::new();
        clauses.extend(policy.changes.as_ref().map(|patterns| {
            ("changes", facts.changed_paths.map_or(Tri::Yes, |paths| Tri::from(any_matches(patterns, paths))))
        }));
        clauses.extend(policy.variables.as_ref().map(|conditions| {
            let any = conditions.iter().fold(Tri::No, |any, condition| any.or(self.condition(condition, facts)));
            ("variables", any)
        }));
        if policy.kubernetes {
            clauses.push(("kubernetes", Tri::Unknown));
        }
        clauses
    }

    fn condition(&self, condition: &str, facts: &PipelineFacts<'_>) -> Tri {
        let lookup = |name: &str| self.lookup(name, facts);
        expression::evaluate(condition, &lookup).unwrap_or(Tri::No)
    }

    /// A variable: of the pipeline, predefined, of the CI file; anything else may be set in the project.
    fn lookup(&self, name: &str, facts: &PipelineFacts<'_>) -> Lookup {
        if let Some(value) = facts.variables.and_then(|variables| variables.get(name)) {
            return Lookup::Known(value.clone());
        }
        let known = |text: &str| Lookup::Known(text.to_owned());
        let given = |text: Option<&str>| text.map_or(Lookup::Unknown, known);
        let of = |kind: RefKind| if facts.kind == kind { known(facts.ref_name) } else { Lookup::Unset };
        match name {
            "CI_PIPELINE_SOURCE" => known(facts.source),
            "CI_COMMIT_REF_NAME" => known(facts.ref_name),
            "CI_COMMIT_REF_SLUG" => Lookup::Known(crate::scheme::slug(facts.ref_name)),
            "CI_COMMIT_BRANCH" => of(RefKind::Branch),
            "CI_COMMIT_TAG" => of(RefKind::Tag),
            "CI_DEFAULT_BRANCH" => given(facts.default_branch),
            "CI_PROJECT_PATH" => given(facts.project_path),
            "CI_PROJECT_NAMESPACE" => {
                given(facts.project_path.and_then(|path| path.rsplit_once('/')).map(|(folder, _)| folder))
            }
            "CI_PROJECT_NAME" => given(facts.project_path.and_then(|path| path.rsplit('/').next())),
            "CI_COMMIT_MESSAGE" => given(facts.message),
            "CI_COMMIT_TITLE" => given(facts.message.map(|message| message.lines().next().unwrap_or_default())),
            "CI" | "GITLAB_CI" => known("true"),
            _ if name.starts_with("CI_MERGE_REQUEST_") && facts.kind != RefKind::MergeRequest => Lookup::Unset,
            _ => match self.variables.get(name) {
                Some(variable) if variable.expand && variable.value.contains('$') => Lookup::Unknown,
                Some(variable) => known(&variable.value),
                None => Lookup::Unknown,
            },
        }
    }
}

fn outcome(when: Option<&str>) -> Runs {
    match when {
        Some("never" | "on_failure") => Runs::No,
        Some("manual") => Runs::Manual,
        _ => Runs::Yes,
    }
}

/// `[skip ci]`, `[ci skip]`, also with `-` or `_` for the blank, in any case.
fn skips(message: &str) -> bool {
    pattern::find(r"\[(ci[ _-]skip|skip[ _-]ci)\]", "i", message) == Some(true)
}

/// A ref pattern of `only` or `except`.
fn ref_matches(pattern: &str, facts: &PipelineFacts<'_>) -> bool {
    let (pattern, project) =
        pattern.split_once('@').map_or((pattern, None), |(pattern, project)| (pattern, Some(project)));
    if project.is_some_and(|project| facts.project_path.is_some_and(|path| path != project)) {
        return false;
    }
    let source = facts.source.strip_suffix("_event").unwrap_or(facts.source);
    let plural = if source.ends_with("sh") { format!("{source}es") } else { format!("{source}s") };
    match (pattern, facts.kind) {
        ("tags", RefKind::Tag) | ("branches", RefKind::Branch) => true,
        (pattern, _) if pattern == source || pattern == plural => true,
        (_, RefKind::MergeRequest) => false,
        _ if facts.ref_name.is_empty() => false,
        (pattern, _) => pattern::search(pattern, facts.ref_name).unwrap_or(pattern == facts.ref_name),
    }
}

/// `$NAME` and `${NAME}` of the variables that `value` knows, so many of them.
fn expand(text: &str, value: &dyn Fn(&str) -> Option<String>, depth: usize, budget: &Cell<usize>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let braced = after.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let (name, tail) = braced.unwrap_or_else(|| {
            let name = super::shell::name_of(after);
            (name, after.get(name.len()..).unwrap_or_default())
        });
        match value(name) {
            Some(found) if depth < 5 && out.len() < 1 << 14 && budget.get() > 0 => {
                budget.set(budget.get() - 1);
                // A variable in itself is what is outside, which is not known.
                let inner = |other: &str| if other == name { None } else { value(other) };
                out.push_str(&expand(&found, &inner, depth + 1, budget));
                rest = tail;
            }
            _ => {
                out.push('$');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn any_matches(patterns: &[String], paths: &[String]) -> bool {
    patterns.iter().any(|pattern| {
        let glob = Glob::new(pattern);
        paths.iter().any(|path| glob.matches(path))
    })
}
