//! Many questions about files in as few queries as their complexity permits, with the details of some image tags.

use repin::source::Tag;
use serde_json::Value;

use super::GitLab;
use super::api::ApiError;
use super::graphql::{self, Ask, Blob, Query, literal};
use super::together::all;
use crate::cache::Store;
use crate::http::{HttpError, Transport};

/// What the details of one image tag count.
const DETAIL: f64 = 11.0;
/// Requests that are kept for naming what was found.
pub(super) const RESERVE: u64 = 4;

impl<T: Transport, S: Store> GitLab<T, S> {
    /// The answers to as many questions as may be asked, in their order, and the details of some image tags with the first;
    /// in so many queries, and with some requests left for naming what is found.
    pub(super) async fn ask_within_limit(
        &self,
        asks: &[Ask],
        tags: &[&str],
        queries: u64,
    ) -> Result<Vec<Option<Vec<Blob>>>, ApiError> {
        self.ask_some(asks, tags, queries, RESERVE).await
    }

    /// The answers to all questions.
    pub(super) async fn ask_all(&self, asks: &[Ask]) -> Result<Vec<Vec<Blob>>, ApiError> {
        let answers = self.ask_some(asks, &[], u64::MAX, 0).await?;
        answers.into_iter().collect::<Option<_>>().ok_or_else(|| self.unasked())
    }

    /// Why not all questions were asked.
    pub(super) fn unasked(&self) -> ApiError {
        if self.remaining() == 0 {
            return ApiError::Http { endpoint: "POST /graphql".to_owned(), error: HttpError::RequestLimit };
        }
        ApiError::Query("every query is too complex".to_owned())
    }

    /// The answers to as many questions as may be asked with `reserve` requests left. A query refused for its complexity is
    /// sent again in parts.
    pub(super) async fn ask_some(
        &self,
        asks: &[Ask],
        tags: &[&str],
        queries: u64,
        reserve: u64,
    ) -> Result<Vec<Option<Vec<Blob>>>, ApiError> {
        let Some(path) = self.path() else { return Err(ApiError::Query("the project's path is not known".to_owned())) };
        let mut answers: Vec<Option<Vec<Blob>>> = vec![None; asks.len()];
        let mut details = self.details_query(tags);
        for round in 0..4 {
            let most = self.remaining().saturating_sub(reserve).min(queries);
            if round > 0 && answers.iter().filter(|answer| answer.is_some()).count() as u64 >= queries {
                break;
            }
            let mut queries: Vec<(Query, Vec<usize>)> = Vec::new();
            for at in (0..asks.len()).filter(|&at| answers[at].is_none()) {
                let fits = queries.last_mut().is_some_and(|(query, list)| {
                    let fits = query.ask(&asks[at]);
                    if fits {
                        list.push(at);
                    }
                    fits
                });
                if fits {
                    continue;
                }
                if queries.len() as u64 >= most {
                    break;
                }
                let mut query = Query::new(&path, self.complexity.get());
                if let Some((text, complexity)) = details.take().filter(|(_, complexity)| query.has_room(*complexity)) {
                    query.add("", "", &text, complexity);
                }
                query.ask(&asks[at]);
                queries.push((query, vec![at]));
            }
            if queries.is_empty() {
                break;
            }
            let sent = all(queries.iter().map(|(query, _)| self.query(query))).await;
            for ((_, list), data) in queries.iter().zip(sent) {
                match data {
                    Ok(data) => {
                        self.learn_details(&data);
                        for (number, &at) in list.iter().enumerate() {
                            answers[at] = Some(graphql::blobs(&data, number).ok_or_else(|| ApiError::Shape {
                                endpoint: "POST /graphql".to_owned(),
                                problem: "files are missing in it".to_owned(),
                            })?);
                        }
                    }
                    // Sent again in smaller parts.
                    Err(ApiError::Query(message)) if graphql::limit_in(&message).is_some() => {}
                    Err(error) if error.is_limit() => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(answers)
    }

    /// The part of a query that asks for the details of image tags, and what it counts.
    fn details_query(&self, tags: &[&str]) -> Option<(String, f64)> {
        let repository = self.state.borrow().repository.filter(|_| !tags.is_empty())?;
        let id = literal(&format!("gid://gitlab/ContainerRepository/{repository}"));
        let fields: Vec<String> = tags
            .iter()
            .enumerate()
            .map(|(at, tag)| format!("t{at}:tags(name:{},first:5){{nodes{{name digest createdAt}}}}", literal(tag)))
            .collect();
        let count = f64::from(u32::try_from(tags.len()).unwrap_or(u32::MAX));
        Some((format!(" containerRepository(id:{id}){{{}}}", fields.join(" ")), 2.0 + DETAIL * count))
    }

    fn learn_details(&self, data: &Value) {
        let Some(repository) = data.get("containerRepository").and_then(Value::as_object) else { return };
        let nodes = repository.values().filter_map(|tags| tags.get("nodes")?.as_array()).flatten();
        let mut state = self.state.borrow_mut();
        for node in nodes {
            let text = |name: &str| node.get(name).and_then(Value::as_str).map(str::to_owned);
            if let Some(name) = text("name") {
                let tag = Tag { name: name.clone(), digest: text("digest"), created_at: text("createdAt") };
                state.details.insert(name, tag);
            }
        }
    }
}
