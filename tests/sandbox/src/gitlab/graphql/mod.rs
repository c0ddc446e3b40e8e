//! GraphQL (facts, 3): a query is parsed, checked against the schema of the version, weighed, and run.

mod check;
mod ci;
mod fields;
mod git;
mod images;
mod node;
mod run;
mod schema;
mod value;

use graphql_parser::query::{Definition, Document, OperationDefinition, SelectionSet, VariableDefinition};
use serde_json::{Map, Value as Json, json};

use super::access::Caller;
use super::model::{Kind, Scope, Version};
use super::reply::Reply;
use super::request::Request;
use super::state::{Context, State};
use check::{Check, Fragments};

/// The longest query, in characters.
const MAX_LENGTH: usize = 10_000;
/// The greatest depth of an anonymous query and of a user's.
const MAX_DEPTH: (u64, u64) = (15, 20);

/// The answer of `/api/graphql`.
pub(crate) fn answer(state: &State, request: &Request, caller: Result<Caller, Reply>, version: Version) -> Reply {
    if !state.lock().graphql || !matches!(request.method.as_str(), "GET" | "POST") {
        return Reply::html(404, "404 Not Found");
    }
    // A token that is wrong, expired, of a job or without the scope: GraphQL says no more than this.
    let Some(caller) = caller.ok().filter(may_query) else {
        return Reply::json(401, &json!({ "errors": [{ "message": "Invalid token" }] }));
    };
    let Some((query, variables, operation)) = asked(request) else {
        return Reply::json(400, &json!({ "errors": [{ "message": "Unexpected end of document" }] }));
    };
    if query.chars().count() > MAX_LENGTH {
        return Reply::json(422, &json!({ "errors": [{ "message": "Query too large" }] }));
    }
    if query.trim().is_empty() {
        return failed(&[json!({ "message": "No query string was present" })]);
    }
    let cx = Context { state, request, caller, version };
    match execute(&cx, &query, &variables, operation.as_deref()) {
        Ok(answer) => Reply::json(200, &answer),
        Err(errors) => failed(&errors),
    }
}

fn failed(errors: &[Json]) -> Reply {
    Reply::json(200, &json!({ "errors": errors }))
}

fn may_query(caller: &Caller) -> bool {
    caller.token.as_ref().is_none_or(|token| {
        token.kind != Kind::Job && token.scopes.iter().any(|scope| matches!(scope, Scope::Api | Scope::ReadApi))
    })
}

/// The query, its variables and which of its operations is meant.
fn asked(request: &Request) -> Option<(String, Map<String, Json>, Option<String>)> {
    let body = match request.method.as_str() {
        "GET" => json!({ "query": request.param("query"), "variables": request.param("variables") }),
        _ => serde_json::from_slice(&request.body).ok()?,
    };
    let text = |name: &str| body.get(name).and_then(Json::as_str).map(str::to_owned);
    let variables = match body.get("variables") {
        Some(Json::Object(variables)) => variables.clone(),
        Some(Json::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        _ => Map::new(),
    };
    Some((text("query").unwrap_or_default(), variables, text("operationName")))
}

fn execute(cx: &Context<'_>, query: &str, given: &Map<String, Json>, wanted: Option<&str>) -> Result<Json, Vec<Json>> {
    let document = graphql_parser::parse_query::<String>(query);
    let document = document.map_err(|error| vec![json!({ "message": error.to_string().trim_end() })])?;
    let fragments = document.definitions.iter().filter_map(|definition| match definition {
        Definition::Fragment(fragment) => Some((fragment.name.as_str(), fragment)),
        Definition::Operation(_) => None,
    });
    let fragments: Fragments<'_, '_> = fragments.collect();
    let (name, definitions, set) = operation(&document, wanted)?;
    let variables = variables(definitions, given)?;
    let mut check = Check::new(cx.version, &variables, &fragments);
    check.declared = definitions.iter().map(|definition| definition.name.clone()).collect();
    check.operation = name.map_or_else(|| "query".to_owned(), |name| format!("query {name}"));
    let size = check.operation(set)?;

    let user = cx.caller.token.is_some();
    let limits = cx.state.options.complexity;
    let (complexity, depth) = if user { (limits.1, MAX_DEPTH.1) } else { (limits.0, MAX_DEPTH.0) };
    let mut errors = Vec::new();
    if size.complexity > complexity {
        errors
            .push(format!("Query has complexity of {}, which exceeds max complexity of {complexity}", size.complexity));
    }
    if size.depth > depth {
        errors.push(format!("Query has depth of {}, which exceeds max depth of {depth}", size.depth));
    }
    if !errors.is_empty() {
        return Err(errors.into_iter().map(|message| json!({ "message": message })).collect());
    }
    Ok(run::run(cx, set, &variables, &fragments))
}

type Operation<'a, 'q> = (Option<&'a str>, &'a [VariableDefinition<'q, String>], &'a SelectionSet<'q, String>);

fn operation<'a, 'q>(document: &'a Document<'q, String>, wanted: Option<&str>) -> Result<Operation<'a, 'q>, Vec<Json>> {
    let operations = document.definitions.iter().filter_map(|definition| match definition {
        Definition::Operation(OperationDefinition::SelectionSet(set)) => Some((None, &[][..], set)),
        Definition::Operation(OperationDefinition::Query(query)) => {
            Some((query.name.as_deref(), &query.variable_definitions[..], &query.selection_set))
        }
        _ => None,
    });
    let operations: Vec<Operation<'a, 'q>> = operations.collect();
    let wrong = |message: &str| vec![json!({ "message": message })];
    match (wanted, &operations[..]) {
        (_, []) => Err(wrong("The stand-in runs queries only")),
        (None, [one]) => Ok(*one),
        (None, _) => Err(wrong("An operation name is required")),
        (Some(name), all) => {
            let found = all.iter().find(|(known, ..)| *known == Some(name)).copied();
            found.ok_or_else(|| wrong(&format!("No operation named \"{name}\"")))
        }
    }
}

/// The values of the declared variables: given, or their defaults.
fn variables(
    definitions: &[VariableDefinition<'_, String>],
    given: &Map<String, Json>,
) -> Result<Map<String, Json>, Vec<Json>> {
    let mut variables = Map::new();
    let mut errors = Vec::new();
    for definition in definitions {
        let default = definition.default_value.as_ref().and_then(|value| value::json(value, &Map::new()));
        let kind = definition.var_type.to_string();
        match given.get(&definition.name).cloned().or(default) {
            Some(value) if value::fits(&kind, &value) => drop(variables.insert(definition.name.clone(), value)),
            None if !kind.ends_with('!') => {}
            wrong => errors.push(json!({
                "message": format!("Variable ${} of type {kind} was provided invalid value", definition.name),
                "locations": [{ "line": definition.position.line, "column": definition.position.column }],
                "extensions": { "value": wrong, "problems": [{ "path": [], "explanation": "Expected value to not be null" }] },
            })),
        }
    }
    if errors.is_empty() { Ok(variables) } else { Err(errors) }
}
