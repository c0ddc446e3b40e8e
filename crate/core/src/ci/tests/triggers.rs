//! When jobs run: each case is a job's keywords and a pipeline.

use std::collections::BTreeMap;

use crate::ci::{PipelineFacts, RefKind, Runs, Triggers};

/// The triggers of the job `a` with these keywords, in a file with this at its top.
fn triggers(top: &str, keywords: &str) -> Triggers {
    let file = format!("{top}\na:\n  script: docker build .\n{keywords}");
    super::one(&file).image_job(Some("a")).expect("the file has the job").triggers
}

/// Whether the job runs in a pipeline: `push BRANCH PATH…`, `new BRANCH` (first push), `mr BRANCH PATH…`, `tag NAME`, or
/// the pipeline's source and a branch.
fn runs(top: &str, keywords: &str, pipeline: &str) -> &'static str {
    let mut words = pipeline.split(' ');
    let kind = words.next().unwrap_or_default();
    let ref_name = words.next().unwrap_or_default();
    let paths: Vec<String> = words.map(str::to_owned).collect();
    let facts = match kind {
        "push" => PipelineFacts::push(ref_name, Some(&paths)),
        "new" => PipelineFacts::push(ref_name, None),
        "tag" => PipelineFacts::tag(ref_name),
        "mr" => PipelineFacts {
            source: "merge_request_event",
            kind: RefKind::MergeRequest,
            ..PipelineFacts::push(ref_name, Some(&paths))
        },
        source => PipelineFacts { source, ..PipelineFacts::push(ref_name, None) },
    };
    let facts = PipelineFacts { project_path: Some("group/name"), default_branch: Some("main"), ..facts };
    show(triggers(top, keywords).decide(&facts).runs)
}

fn show(runs: Runs) -> &'static str {
    match runs {
        Runs::Yes => "yes",
        Runs::Manual => "manual",
        Runs::No => "no",
        Runs::Unknown => "unknown",
    }
}

macro_rules! cases {
    ($($name:ident: $keywords:expr, $pipeline:expr => $want:expr;)*) => {
        $(#[test] fn $name() { assert_eq!(runs("", $keywords, $pipeline), $want); })*
    };
}

const CHANGES: &str = "  only: {changes: [Dockerfile, '*.yml', 'src/**/*']}";
const EXCEPT_CHANGES: &str = "  except: {changes: [README.md]}";
const RULES_CHANGES: &str = "  rules: [{changes: [Dockerfile]}]";

cases! {
    // No keywords.
    default_push: "", "push main a" => "yes";
    default_push_of_nothing: "", "push main" => "yes";
    default_tag: "", "tag 1.0" => "yes";
    default_schedule: "", "schedule main" => "yes";
    default_merge_request: "", "mr x a" => "no";
    default_manual: "  when: manual", "push main a" => "manual";
    default_on_failure: "  when: on_failure", "push main a" => "no";
    default_delayed: "  when: delayed", "push main a" => "yes";

    // only:changes
    changes_hit: CHANGES, "push main x Dockerfile" => "yes";
    changes_miss: CHANGES, "push main README.md" => "no";
    changes_glob: CHANGES, "push main environment.yml" => "yes";
    changes_glob_stays_in_its_folder: CHANGES, "push main a/environment.yml" => "no";
    changes_recursive: CHANGES, "push main src/a/b" => "yes";
    changes_of_an_empty_difference: CHANGES, "push main" => "no";
    changes_of_a_new_branch: CHANGES, "new x" => "yes";
    changes_of_a_tag: CHANGES, "tag 1.0" => "yes";
    changes_of_a_schedule: CHANGES, "schedule main" => "yes";
    changes_of_a_pipeline_by_hand: CHANGES, "web main" => "yes";
    changes_of_the_api: CHANGES, "api main" => "yes";
    changes_of_a_trigger: CHANGES, "trigger main" => "yes";
    changes_without_refs_is_not_for_merge_requests: CHANGES, "mr x Dockerfile" => "no";
    changes_of_a_merge_request: "  only: {refs: [merge_requests], changes: [Dockerfile]}", "mr x Dockerfile" => "yes";
    changes_of_a_merge_request_miss: "  only: {refs: [merge_requests], changes: [Dockerfile]}", "mr x a" => "no";
    changes_leading_slash_matches_nothing: "  only: {changes: [/Dockerfile]}", "push main Dockerfile" => "no";
    changes_folder_matches_no_file: "  only: {changes: [docker/]}", "push main docker/a" => "no";
    changes_does_not_expand_variables: "  variables: {F: Dockerfile}\n  only: {changes: [$F]}", "push main Dockerfile" => "no";

    // except:changes
    except_changes_hit: EXCEPT_CHANGES, "push main README.md a" => "no";
    except_changes_miss: EXCEPT_CHANGES, "push main a" => "yes";
    except_changes_of_a_new_branch_never_runs: EXCEPT_CHANGES, "new x" => "no";
    except_changes_of_a_schedule_never_runs: EXCEPT_CHANGES, "schedule main" => "no";

    // only and except: refs
    only_list: "  only: [main, dev]", "push dev a" => "yes";
    only_list_other: "  only: [main, dev]", "push x a" => "no";
    only_text: "  only: main", "push main a" => "yes";
    only_is_no_glob: "  only: ['feature/*']", "push feature/a x" => "no";
    only_branches: "  only: [branches]", "push x a" => "yes";
    only_branches_tag: "  only: [branches]", "tag 1.0" => "no";
    only_tags: "  only: [tags]", "tag 1.0" => "yes";
    only_tags_branch: "  only: [tags]", "push main a" => "no";
    only_tags_with_changes_always_runs: "  only: {refs: [tags], changes: [Dockerfile]}", "tag 1.0" => "yes";
    only_source_plural: "  only: [schedules]", "schedule main" => "yes";
    only_source_singular: "  only: [schedule]", "schedule main" => "yes";
    only_pushes: "  only: [pushes]", "push main a" => "yes";
    only_pushes_schedule: "  only: [pushes]", "schedule main" => "no";
    only_web: "  only: [web]", "web main" => "yes";
    only_merge_requests: "  only: [merge_requests]", "mr x a" => "yes";
    only_merge_requests_push: "  only: [merge_requests]", "push x a" => "no";
    only_regex: "  only: ['/^release/']", "push release-1 a" => "yes";
    only_regex_is_unanchored: "  only: ['/main/']", "push my-main a" => "yes";
    only_regex_case: "  only: ['/Main/']", "push main a" => "no";
    only_regex_flag: "  only: ['/Main/i']", "push main a" => "yes";
    only_regex_matches_tags_too: "  only: ['/^v/']", "tag v1" => "yes";
    only_regex_not_in_merge_requests: "  only: ['/x/']", "mr x a" => "no";
    only_name_not_in_merge_requests: "  only: [x]", "mr x a" => "no";
    only_invalid_regex_is_a_name: "  only: ['/(/']", "push /(/ a" => "yes";
    only_empty_ref_never_matches: "  only: ['/.*/']", "push" => "no";
    only_project: "  only: [main@group/name]", "push main a" => "yes";
    only_project_other: "  only: [main@group/other]", "push main a" => "no";
    only_refs_and_changes_both: "  only: {refs: [main], changes: [Dockerfile]}", "push main Dockerfile" => "yes";
    only_refs_and_changes_one: "  only: {refs: [main], changes: [Dockerfile]}", "push x Dockerfile" => "no";
    only_refs_and_changes_other: "  only: {refs: [main], changes: [Dockerfile]}", "push main a" => "no";
    only_variables_any: "  only: {variables: [$CI_COMMIT_TAG, '$CI_COMMIT_BRANCH == \"main\"']}", "push main a" => "yes";
    only_variables_none: "  only: {variables: ['$CI_COMMIT_BRANCH == \"x\"']}", "push main a" => "no";
    only_variables_unknown: "  only: {variables: [$SECRET]}", "push main a" => "unknown";
    only_kubernetes_is_not_known: "  only: {kubernetes: active}", "push main a" => "unknown";
    except_list: "  except: [main]", "push main a" => "no";
    except_list_other: "  except: [main]", "push x a" => "yes";
    except_tags: "  except: [tags]", "tag 1.0" => "no";
    except_autosave: "  except: ['/^renku\\/autosave.*$/']", "push renku/autosave/x/y a" => "no";
    except_autosave_other: "  except: ['/^renku\\/autosave.*$/']", "push renku/other a" => "yes";
    except_keys_are_alternatives: "  except: {refs: [x], changes: [README.md]}", "push main README.md" => "no";
    except_keys_none: "  except: {refs: [x], changes: [README.md]}", "push main a" => "yes";
    except_unknown: "  except: {variables: [$SECRET]}", "push main a" => "unknown";
    except_unknown_does_not_matter: "  except: {refs: [main], variables: [$SECRET]}", "push main a" => "no";
    only_and_except: "  only: {changes: [Dockerfile]}\n  except: ['/^renku\\/autosave.*$/']", "push renku/autosave/x Dockerfile" => "no";
    only_and_except_kept: "  only: {changes: [Dockerfile]}\n  except: ['/^renku\\/autosave.*$/']", "push main Dockerfile" => "yes";
    except_alone_is_not_for_merge_requests: "  except: [x]", "mr y a" => "no";

    // rules
    rules_changes_hit: RULES_CHANGES, "push main Dockerfile" => "yes";
    rules_changes_miss: RULES_CHANGES, "push main a" => "no";
    rules_changes_nothing: RULES_CHANGES, "push main" => "no";
    rules_changes_new_branch: RULES_CHANGES, "new x" => "yes";
    rules_changes_tag: RULES_CHANGES, "tag 1.0" => "yes";
    rules_changes_schedule: RULES_CHANGES, "schedule main" => "yes";
    rules_changes_merge_request: RULES_CHANGES, "mr x Dockerfile" => "yes";
    rules_changes_paths: "  rules: [{changes: {paths: [Dockerfile]}}]", "push main Dockerfile" => "yes";
    rules_changes_expand_variables: "  variables: {F: Docker, G: '${F}file'}\n  rules: [{changes: [$G]}]", "push main Dockerfile" => "yes";
    rules_changes_undefined_variable_is_literal: "  rules: [{changes: [$G]}]", "push main $G" => "yes";
    rules_changes_compare_to: "  rules: [{changes: {paths: [Dockerfile], compare_to: main}}]", "push x a" => "unknown";
    rules_changes_regexp: "  rules: [{changes: {regexp: '^docker/.*'}}]", "push x docker/a/b" => "yes";
    rules_changes_regexp_miss: "  rules: [{changes: {regexp: '^docker/.*'}}]", "push x a" => "no";
    rules_changes_regexp_invalid: "  rules: [{changes: {regexp: '('}}]", "push x a" => "unknown";
    rules_first_wins: "  rules: [{if: '$CI_COMMIT_BRANCH == \"main\"', when: never}, {when: always}]", "push main a" => "no";
    rules_first_that_holds: "  rules: [{if: '$CI_COMMIT_BRANCH == \"main\"', when: never}, {when: always}]", "push x a" => "yes";
    rules_none_holds: "  rules: [{if: $CI_COMMIT_TAG}]", "push main a" => "no";
    rules_tag: "  rules: [{if: $CI_COMMIT_TAG}]", "tag 1.0" => "yes";
    rules_renku_pinned: "  rules: [{if: '$CI_COMMIT_TAG =~ /^\\d+\\.\\d+\\.\\d+/'}]", "tag 1.2.3" => "yes";
    rules_renku_pinned_other: "  rules: [{if: '$CI_COMMIT_TAG =~ /^\\d+\\.\\d+\\.\\d+/'}]", "tag v1" => "no";
    rules_clauses_all: "  rules: [{if: '$CI_COMMIT_BRANCH == \"main\"', changes: [Dockerfile]}]", "push main Dockerfile" => "yes";
    rules_clauses_one: "  rules: [{if: '$CI_COMMIT_BRANCH == \"main\"', changes: [Dockerfile]}]", "push x Dockerfile" => "no";
    rules_manual: "  rules: [{when: manual}]", "push main a" => "manual";
    rules_when_of_the_job: "  when: manual\n  rules: [{if: $CI_COMMIT_BRANCH}]", "push main a" => "manual";
    rules_when_of_the_rule_wins: "  when: manual\n  rules: [{if: $CI_COMMIT_BRANCH, when: on_success}]", "push main a" => "yes";
    rules_empty: "  rules: []", "push main a" => "no";
    rules_null_is_none: "  rules:\n", "push main a" => "yes";
    rules_unknown: "  rules: [{if: $SECRET}]", "push main a" => "unknown";
    rules_unknown_but_the_same: "  rules: [{if: $SECRET}, {when: always}]", "push main a" => "yes";
    rules_unknown_but_never: "  rules: [{if: $SECRET, when: never}]", "push main a" => "no";
    rules_known_no_before_unknown: "  rules: [{if: $CI_COMMIT_TAG}, {if: $SECRET}]", "push main a" => "unknown";
    rules_exists_without_files: "  rules: [{exists: [Dockerfile]}]", "push main a" => "unknown";
    rules_default_branch: "  rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]", "push main a" => "yes";
    rules_default_branch_other: "  rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]", "push x a" => "no";
    rules_source: "  rules: [{if: '$CI_PIPELINE_SOURCE == \"schedule\"'}]", "schedule main" => "yes";
    rules_merge_request: "  rules: [{if: '$CI_PIPELINE_SOURCE == \"merge_request_event\"'}]", "mr x a" => "yes";
    rules_merge_request_variable: "  rules: [{if: $CI_MERGE_REQUEST_IID}]", "push x a" => "no";
    rules_branch_is_not_set_for_tags: "  rules: [{if: $CI_COMMIT_BRANCH}]", "tag 1.0" => "no";
    rules_variable_of_the_file: "  variables: {BUILD: 'yes'}\n  rules: [{if: '$BUILD == \"yes\"'}]", "push x a" => "yes";
    rules_broken_condition_is_false: "  rules: [{if: '$X =='}]", "push x a" => "no";
    rules_project: "  rules: [{if: '$CI_PROJECT_PATH == \"group/name\" && $CI_PROJECT_NAME == \"name\" && $CI_PROJECT_NAMESPACE == \"group\"'}]", "push x a" => "yes";
    rules_win_over_only: "  only: [x]\n  rules: [{when: always}]", "push main a" => "yes";
}

#[test]
fn beyond_50000_comparisons_rules_changes_holds_but_only_changes_does_not() {
    let patterns: Vec<String> = (0..50).map(|at| format!("p{at}")).collect();
    let list = patterns.join(", ");
    let paths: Vec<String> = (0..1_001).map(|at| format!("f{at}")).collect();
    let facts = PipelineFacts::push("main", Some(&paths));
    let fewer = PipelineFacts::push("main", Some(&paths[..1_000]));
    let rules = triggers("", &format!("  rules: [{{changes: [{list}]}}]"));
    assert_eq!((rules.decide(&facts).runs, rules.decide(&fewer).runs), (Runs::Yes, Runs::No));
    assert_eq!(triggers("", &format!("  only: {{changes: [{list}]}}")).decide(&facts).runs, Runs::No);
}

#[test]
fn exists_looks_at_the_files() {
    let files = ["Dockerfile".to_owned(), "a/b.yml".to_owned()];
    let decide = |keywords: &str| {
        let facts = PipelineFacts { files: Some(&files), ..PipelineFacts::push("main", None) };
        show(triggers("", keywords).decide(&facts).runs)
    };
    assert_eq!(decide("  rules: [{exists: [Dockerfile]}]"), "yes");
    assert_eq!(decide("  rules: [{exists: ['**/*.yml']}]"), "yes");
    assert_eq!(decide("  rules: [{exists: ['*.yml']}]"), "no");
    assert_eq!(decide("  rules: [{exists: {paths: [Dockerfile], project: group/other}}]"), "unknown");
}

#[test]
fn messages_that_skip_ci() {
    let decide = |source: &str, message: &str| {
        let facts = PipelineFacts { source, message: Some(message), ..PipelineFacts::push("main", None) };
        show(triggers("", "").decide(&facts).runs)
    };
    assert_eq!(decide("push", "x [skip ci] y"), "no");
    assert_eq!(decide("push", "x\n\n[CI-Skip]"), "no");
    assert_eq!(decide("push", "x [ci_skip]"), "no");
    assert_eq!(decide("push", "x skip ci"), "yes");
    assert_eq!(decide("push", "x [skip  ci]"), "yes");
    assert_eq!(decide("schedule", "x [skip ci]"), "yes");
    assert_eq!(decide("web", "x [skip ci]"), "yes");
}

#[test]
fn workflow_rules_come_first() {
    let top = "workflow:\n  rules:\n    - if: $CI_COMMIT_TAG\n      when: never\n    - if: $CI_COMMIT_BRANCH == \"secret\" && $SECRET\n      when: never\n    - when: always";
    assert_eq!(runs(top, "", "tag 1.0"), "no");
    assert_eq!(runs(top, "", "push main a"), "yes");
    assert_eq!(runs(top, "", "push secret a"), "unknown");
    assert_eq!(runs(top, "  only: [main]", "push secret a"), "no");
    assert_eq!(runs("workflow:\n  rules:\n    - if: $CI_COMMIT_TAG", "", "push main a"), "no");
}

#[test]
fn variables_of_the_pipeline_come_first() {
    let variables = BTreeMap::from([("SECRET".to_owned(), "x".to_owned()), ("BUILD".to_owned(), "no".to_owned())]);
    let facts = PipelineFacts { variables: Some(&variables), ..PipelineFacts::push("main", None) };
    assert_eq!(triggers("", "  rules: [{if: $SECRET}]").decide(&facts).runs, Runs::Yes);
    let keywords = "  variables: {BUILD: 'yes'}\n  rules: [{if: '$BUILD == \"yes\"'}]";
    assert_eq!(triggers("", keywords).decide(&facts).runs, Runs::No);
}

#[test]
fn references_in_rules() {
    let top = ".r:\n  rules:\n    - if: $CI_COMMIT_TAG\n      when: never";
    let keywords = "  rules:\n    - !reference [.r, rules]\n    - when: always";
    assert_eq!((runs(top, keywords, "tag 1.0"), runs(top, keywords, "push x a")), ("no", "yes"));
}

#[test]
fn changes_are_listed() {
    let show = |keywords: &str| {
        let lists = triggers("", keywords).changes();
        let line =
            |list: &crate::ci::Changes| format!("{:?} {} {}", list.keyword, list.negative, list.patterns.join(","));
        lists.iter().map(line).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(show(""), "");
    assert_eq!(show("  only: {changes: [a, $B]}\n  except: {changes: [c]}"), "Only false a,$B; Except true c");
    let rules = "  variables: {B: b}\n  rules:\n    - changes: [a, $B, $C]\n    - {changes: {paths: [d]}, when: never}";
    assert_eq!(show(rules), "Rules false a,b,$C; Rules true d");
}

#[test]
fn conditions_that_cannot_be_read_are_noted() {
    let notes = triggers("", "  rules: [{if: '$X =='}]").notes();
    assert!(matches!(notes.as_slice(), [note] if note.contains("`$X ==`")), "{notes:?}");
}

#[test]
fn the_reason_says_which_rule() {
    let why = |keywords: &str, facts: &PipelineFacts<'_>| triggers("", keywords).decide(facts).why;
    let push = PipelineFacts::push("main", Some(&[]));
    assert_eq!(why("", &push), "nothing limits it");
    assert_eq!(why("  only: {changes: [a]}", &push), "only:changes does not hold");
    assert_eq!(why("  except: [main]", &push), "except:refs holds");
    assert_eq!(why("  rules: [{if: $CI_COMMIT_TAG}]", &push), "no rule holds");
    assert_eq!(
        why("  rules: [{if: $CI_COMMIT_TAG}, {if: $CI_COMMIT_BRANCH}]", &push),
        "rule 2 (if: $CI_COMMIT_BRANCH)"
    );
}

proptest::proptest! {
    #[test]
    fn nothing_panics(keywords in "(only|except|rules|if|changes|refs|when|: |\\[|\\]|\\{|\\}|,|'|/|\\$A|never|a| |=~|\n  ){0,30}") {
        let file = format!("a:\n  script: docker build .\n  {keywords}");
        if let Some(job) = super::one(&file).image_job(None) {
            job.triggers.decide(&PipelineFacts::push("main", Some(&["a".to_owned()])));
            job.triggers.decide(&PipelineFacts::tag("a"));
        }
    }
}
