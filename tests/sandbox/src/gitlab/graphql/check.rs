//! Whether a query may run: the fields and arguments that it names exist, and it is neither too deep nor too costly.

use std::collections::HashMap;

use graphql_parser::Pos;
use graphql_parser::query::{Field, FragmentDefinition, Selection, SelectionSet, TypeCondition};
use serde_json::{Map, Value as Json, json};

use super::schema::{FieldDef, Schema};
use super::value::{self, arguments, fits};
use crate::gitlab::Version;

/// The fragments of a document, by name.
pub(super) type Fragments<'a, 'q> = HashMap<&'a str, &'a FragmentDefinition<'q, String>>;

/// What the checks go by.
pub(super) struct Check<'a, 'q> {
    pub(super) version: Version,
    pub(super) variables: &'a Map<String, Json>,
    pub(super) fragments: &'a Fragments<'a, 'q>,
    pub(super) declared: Vec<String>,
    pub(super) operation: String,
    errors: Vec<Json>,
}

/// How large a selection is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Size {
    /// The sum of what its fields cost.
    pub(super) complexity: u64,
    /// The longest way down, in fields.
    pub(super) depth: u64,
}

impl<'a, 'q> Check<'a, 'q> {
    pub(super) fn new(version: Version, variables: &'a Map<String, Json>, fragments: &'a Fragments<'a, 'q>) -> Self {
        Self { version, variables, fragments, declared: Vec::new(), operation: "query".to_owned(), errors: Vec::new() }
    }

    /// The size of an operation, or what is wrong with it.
    pub(super) fn operation(mut self, set: &SelectionSet<'q, String>) -> Result<Size, Vec<Json>> {
        let mut path = vec![self.operation.clone()];
        let size = self.selection(set, "Query", &mut path, &mut Vec::new());
        if self.errors.is_empty() { Ok(size) } else { Err(self.errors) }
    }

    fn wrong(&mut self, at: Pos, path: &[String], message: &str, extensions: &Json, code: &str) {
        let mut extensions = extensions.clone();
        extensions["code"] = json!(code);
        let locations = json!([{ "line": at.line, "column": at.column }]);
        self.errors.push(json!({ "message": message, "locations": locations, "path": path, "extensions": extensions }));
    }

    fn selection(
        &mut self,
        set: &SelectionSet<'q, String>,
        kind: &str,
        path: &mut Vec<String>,
        inside: &mut Vec<String>,
    ) -> Size {
        let mut size = Size::default();
        for item in &set.items {
            let (directives, part) = match item {
                Selection::Field(field) => {
                    path.push(field.alias.as_ref().unwrap_or(&field.name).clone());
                    let part = self.field(field, kind, path, inside);
                    path.pop();
                    (&field.directives, part)
                }
                Selection::InlineFragment(fragment) => {
                    let part = match &fragment.type_condition {
                        Some(condition) => {
                            self.fragment(fragment.position, condition, &fragment.selection_set, kind, path, inside)
                        }
                        None => self.selection(&fragment.selection_set, kind, path, inside),
                    };
                    (&fragment.directives, part)
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.fragment_name;
                    let part = match self.fragments.get(name.as_str()).copied() {
                        None => {
                            let message = format!("Fragment {name} was used, but not defined");
                            self.wrong(
                                spread.position,
                                path,
                                &message,
                                &json!({ "fragmentName": name }),
                                "useAndDefineFragment",
                            );
                            Size::default()
                        }
                        Some(_) if inside.contains(name) => {
                            let message = format!("Fragment {name} contains an infinite loop");
                            self.wrong(
                                spread.position,
                                path,
                                &message,
                                &json!({ "fragmentName": name }),
                                "infiniteLoop",
                            );
                            Size::default()
                        }
                        Some(fragment) => {
                            inside.push(name.clone());
                            let set = &fragment.selection_set;
                            let part =
                                self.fragment(spread.position, &fragment.type_condition, set, kind, path, inside);
                            inside.pop();
                            part
                        }
                    };
                    (&spread.directives, part)
                }
            };
            if value::included(directives, self.variables) {
                size.complexity += part.complexity;
                size.depth = size.depth.max(part.depth);
            }
        }
        size
    }

    fn fragment(
        &mut self,
        at: Pos,
        condition: &TypeCondition<'q, String>,
        set: &SelectionSet<'q, String>,
        kind: &str,
        path: &mut Vec<String>,
        inside: &mut Vec<String>,
    ) -> Size {
        let TypeCondition::On(on) = condition;
        if on != kind {
            let known = Schema::get().is_object(on);
            let (message, code) = if known {
                (format!("Fragment on {on} can't be spread inside {kind}"), "cannotSpreadFragment")
            } else {
                (format!("No such type {on}, so it can't be a fragment condition"), "undefinedType")
            };
            self.wrong(at, path, &message, &json!({ "typeName": on }), code);
            return Size::default();
        }
        self.selection(set, kind, path, inside)
    }

    fn field(
        &mut self,
        field: &Field<'q, String>,
        kind: &str,
        path: &mut Vec<String>,
        inside: &mut Vec<String>,
    ) -> Size {
        if field.name == "__typename" {
            return Size { complexity: 1, depth: 1 };
        }
        let Some(known) = Schema::get().field(kind, &field.name, self.version) else {
            let message = format!("Field '{}' doesn't exist on type '{kind}'", field.name);
            let extensions = json!({ "typeName": kind, "fieldName": field.name });
            self.wrong(field.position, path, &message, &extensions, "undefinedField");
            return Size::default();
        };
        self.arguments(field, known, path);
        let object = Schema::get().is_object(&known.kind);
        if object == field.selection_set.items.is_empty() {
            let name = &field.name;
            let message = if object {
                format!(
                    "Field must have selections (field '{name}' returns {} but has no selections. Did you mean '{name} {{ ... }}'?)",
                    known.kind
                )
            } else {
                let kind = &known.kind;
                format!("Selections can't be made on scalars (field '{name}' returns {kind} but has selections)")
            };
            self.wrong(
                field.position,
                path,
                &message,
                &json!({ "nodeName": format!("field '{name}'") }),
                "selectionMismatch",
            );
            return Size::default();
        }
        let children = self.selection(&field.selection_set, &known.kind, path, inside);
        let complexity = known.cost(&arguments(field, self.variables), children.complexity);
        Size { complexity, depth: children.depth + 1 }
    }

    fn arguments(&mut self, field: &Field<'q, String>, known: &FieldDef, path: &[String]) {
        for (name, given) in &field.arguments {
            let Some(argument) = known.argument(name, self.version) else {
                let message = format!("Field '{}' doesn't accept argument '{name}'", field.name);
                let extensions = json!({ "name": field.name, "typeName": "Field", "argumentName": name });
                let path = [path, std::slice::from_ref(name)].concat();
                self.wrong(field.position, &path, &message, &extensions, "argumentNotAccepted");
                continue;
            };
            if let graphql_parser::query::Value::Variable(variable) = given
                && !self.declared.contains(variable)
            {
                let message = format!("Variable ${variable} is used by {} but not declared", self.operation);
                self.wrong(field.position, path, &message, &json!({ "variableName": variable }), "variableNotDefined");
                continue;
            }
            let value = value::json(given, self.variables);
            if !value.as_ref().is_none_or(|value| fits(&argument.kind, value)) {
                let message = format!(
                    "Argument '{name}' on Field '{}' has an invalid value ({}). Expected type '{}'.",
                    field.name, given, argument.kind
                );
                let extensions = json!({ "typeName": "Field", "argumentName": name });
                self.wrong(field.position, path, &message, &extensions, "argumentLiteralsIncompatible");
            }
        }
        let given = arguments(field, self.variables);
        let missing = known
            .arguments
            .iter()
            .filter(|argument| argument.kind.ends_with('!') && !given.contains_key(&argument.name));
        let missing: Vec<_> = missing.map(|argument| argument.name.as_str()).collect();
        if !missing.is_empty() {
            let message = format!("Field '{}' is missing required arguments: {}", field.name, missing.join(", "));
            let extensions = json!({ "className": "Field", "name": field.name, "arguments": missing.join(", ") });
            self.wrong(field.position, path, &message, &extensions, "missingRequiredArguments");
        }
    }
}
