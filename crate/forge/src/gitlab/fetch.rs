//! Files of commits: reading as far as the facts go, fetching what was missing, and reading again.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures_util::future::join;
use repin::Oid;
use repin::environment::{Environments, Snapshot};
use repin::inputs::Spec;
use repin::source::SourceError;
use repin::tree::{Entry, Mode, Tree as _, display_path};

use super::GitLab;
use super::api::ApiError;
use super::changes::WORTH;
use super::files::{Missing, View, Wish};
use super::graphql::{self, Ask};
use super::start::mode_of;
use super::together::all;
use super::wire::TreeReply;
use crate::cache::Store;
use crate::http::Transport;

/// The largest file that is read: 4 MiB.
const MAX_FILE: usize = 4 << 20;
/// How often reading may find that something else is missing: nested includes and links end sooner.
const MAX_ROUNDS: usize = 64;
/// As many folders of one commit as are listed one by one; beyond, the whole tree is.
const FEW_FOLDERS: usize = 4;
/// The longest list of a commit's files that is read: 200 pages.
const MAX_ENTRIES: usize = 20_000;

/// What is missing to read a commit.
type Wishes = (Oid, Vec<Wish>);
/// A blob, and where it stands: at a commit, by a path.
type Wanted = (Oid, Oid, Vec<u8>);

/// What reading a commit gave: a value, or why it could not be read.
pub(super) type Seen<R> = Result<R, String>;

impl<T: Transport, S: Store> GitLab<T, S> {
    /// What commits are built from under `spec`.
    pub(super) async fn look(&self, spec: &Arc<Spec>, commits: &[Oid]) -> Result<Vec<Snapshot>, SourceError> {
        self.prefetch(spec, commits).await?;
        let seen = self.settle(spec, commits, |environments, view, root| environments.at(view, root)).await?;
        let unseen: Vec<&String> = seen.iter().filter_map(|seen| seen.as_ref().err()).collect();
        if let Some(why) = unseen.first() {
            let count =
                if unseen.len() == 1 { "1 commit was".to_owned() } else { format!("{} commits were", unseen.len()) };
            self.note(format!("{count} not looked at: {why}"));
        }
        Ok(seen.into_iter().map(|seen| seen.unwrap_or_else(|why| Snapshot::unseen(spec, why))).collect())
    }

    /// The same, with the files, of one commit.
    pub(super) async fn all_files(&self, spec: &Arc<Spec>, commit: Oid) -> Result<(Snapshot, Vec<Entry>), SourceError> {
        let commits = [commit];
        let read = self.settle(spec, &commits, |environments, view, root| environments.files(view, root));
        let (seen, ()) = join(read, self.list_ahead()).await;
        match seen?.pop() {
            Some(Ok(found)) => {
                // The commit asked about comes first.
                self.state.borrow_mut().asked.get_or_insert_with(|| (commits[0], Arc::clone(&found.0.inputs)));
                Ok(found)
            }
            Some(Err(why)) => Ok((Snapshot::unseen(spec, why), Vec::new())),
            None => Err(SourceError::Incomplete(format!("the commit {commit} could not be read"))),
        }
    }

    /// The content of a file; `None` if there is none.
    pub(super) async fn read_file(&self, commit: Oid, path: &str) -> Result<Option<Vec<u8>>, SourceError> {
        let spec = Arc::new(Spec::default());
        let read = |_: &mut Environments, view: &mut View<'_>, root: Oid| {
            let (mut mode, mut oid, mut folder) = (Mode::TREE, root, Vec::new());
            for name in path.split('/') {
                if !mode.is_tree() {
                    return Ok(None);
                }
                let Some(found) = view.entry(&folder, oid, name.as_bytes())? else { return Ok(None) };
                (mode, oid) = found;
                if !folder.is_empty() {
                    folder.push(b'/');
                }
                folder.extend_from_slice(name.as_bytes());
            }
            match mode {
                Mode::FILE | Mode::EXECUTABLE => view.blob(path.as_bytes(), oid, MAX_FILE),
                _ => Ok(None),
            }
        };
        match self.settle(&spec, &[commit], read).await?.pop() {
            Some(Ok(content)) => Ok(content),
            Some(Err(why)) => Err(SourceError::Incomplete(why)),
            None => Err(SourceError::Incomplete(format!("the commit {commit} could not be read"))),
        }
    }

    /// Fetches for all commits at once what the last recipe needs of them.
    async fn prefetch(&self, spec: &Arc<Spec>, commits: &[Oid]) -> Result<(), SourceError> {
        let Some(needs) = self.with_environments(spec, |environments, _| environments.needs(&[])) else {
            return Ok(());
        };
        let unknown = || -> Vec<Oid> {
            let state = self.state.borrow();
            let is_unknown = |commit: &Oid| {
                state.files.root(*commit).is_none() && !(needs.complete && state.files.knows(*commit, &needs.paths))
            };
            commits.iter().copied().filter(is_unknown).collect()
        };
        if needs.complete && self.graphql.get() && unknown().len() > WORTH {
            match self.learn_by_changes(&needs.paths, commits).await {
                Ok(()) => {}
                Err(error) if error.is_limit() => return Ok(()),
                Err(error) => self.no_graphql(&error)?,
            }
        }
        let unknown = unknown();
        let mut wishes = Vec::new();
        for commit in unknown {
            let wish = |path: &Vec<u8>| Wish::File(path.clone());
            let set: Vec<Wish> = if needs.complete && self.graphql.get() {
                needs.paths.iter().map(wish).collect()
            } else {
                vec![Wish::Folder(Vec::new(), None)]
            };
            wishes.push((commit, set));
        }
        match self.grant(wishes).await {
            // What is missing then shows where it is read.
            Err(error) if error.is_limit() || matches!(error, ApiError::Unreadable(_)) => Ok(()),
            granted => granted.map_err(SourceError::from),
        }
    }

    /// Does the same work on each commit, and fetches what it lacks, until nothing is missing.
    pub(super) async fn settle<R>(
        &self,
        spec: &Arc<Spec>,
        commits: &[Oid],
        mut work: impl FnMut(&mut Environments, &mut View<'_>, Oid) -> Result<R, Missing>,
    ) -> Result<Vec<Seen<R>>, SourceError> {
        let mut results: Vec<Option<Seen<R>>> = commits.iter().map(|_| None).collect();
        let mut why = "its files lead from one to the next without an end".to_owned();
        for _ in 0..MAX_ROUNDS {
            let mut wishes: Vec<Wishes> = Vec::new();
            for (result, &commit) in results.iter_mut().zip(commits).filter(|(result, _)| result.is_none()) {
                let attempt = self.with_environments(spec, |environments, files| {
                    let trusting = environments.needs(&[]).is_some_and(|needs| needs.complete);
                    let mut view = View { files, commit, trusting, wishes: Vec::new() };
                    let root = files.root(commit);
                    let worked = work(environments, &mut view, root.unwrap_or(commit));
                    if worked.is_ok() && root.is_none() && environments.is_whole_tree() {
                        // Where every file counts, the root's own id does, and it follows from the list of its entries.
                        return Attempt::Wishes(vec![Wish::Folder(Vec::new(), None)]);
                    }
                    match worked {
                        Ok(value) => Attempt::Done(value),
                        Err(Missing::Wish) => Attempt::Wishes(view.wishes),
                        Err(Missing::TooDeep(path)) => Attempt::TooDeep(path),
                    }
                });
                match attempt {
                    Attempt::Done(value) => *result = Some(Ok(value)),
                    Attempt::TooDeep(path) => {
                        *result = Some(Err(format!("folders are nested too deeply at {}", display_path(&path))));
                    }
                    Attempt::Wishes(set) => {
                        wishes.push((commit, set));
                    }
                }
            }
            if wishes.is_empty() {
                break;
            }
            match self.grant(wishes).await {
                Ok(()) => continue,
                Err(error) if error.is_limit() => USED_UP.clone_into(&mut why),
                Err(ApiError::Unreadable(problem)) => why = problem,
                Err(error) => return Err(error.into()),
            }
            break;
        }
        Ok(results.into_iter().map(|result| result.unwrap_or_else(|| Err(why.clone()))).collect())
    }

    /// Fetches everything that is wished for, at once.
    pub(super) async fn grant(&self, mut wishes: Vec<Wishes>) -> Result<(), ApiError> {
        let mut files: Vec<(Oid, Ask)> = Vec::new();
        let mut folders: Vec<(Option<Oid>, Oid, Vec<u8>)> = Vec::new();
        let mut trees: Vec<Oid> = Vec::new();
        let mut contents: Vec<Wanted> = Vec::new();
        wishes.sort_by_key(|(commit, _)| *commit);
        wishes.dedup_by_key(|(commit, _)| *commit);
        for (commit, mut set) in wishes {
            set.sort_unstable();
            set.dedup();
            let by_query = self.graphql.get();
            let mut paths = Vec::new();
            let below = set.iter().filter(|wish| matches!(wish, Wish::Folder(path, _) if !path.is_empty())).count();
            for wish in set {
                match wish {
                    Wish::File(path) if by_query => match String::from_utf8(path) {
                        Ok(path) => paths.push(path),
                        // GraphQL cannot name it.
                        Err(_) => {
                            folders.push((None, commit, Vec::new()));
                        }
                    },
                    Wish::File(_) => {
                        folders.push((None, commit, Vec::new()));
                    }
                    Wish::Folder(path, None) => {
                        folders.push((None, commit, path));
                    }
                    Wish::Folder(..) if below > FEW_FOLDERS => {
                        trees.push(commit);
                    }
                    Wish::Folder(path, Some(tree)) => {
                        // One tree can stand at many commits.
                        if !folders.iter().any(|folder| folder.0 == Some(tree)) {
                            folders.push((Some(tree), commit, path));
                        }
                    }
                    Wish::Content(path, blob) => {
                        contents.push((blob, commit, path));
                    }
                }
            }
            if !paths.is_empty() {
                files.push((commit, Ask { reference: Some(commit.to_string()), paths, text: false }));
            }
        }
        folders.sort_unstable();
        folders.dedup();
        trees.dedup();
        // One blob can stand at many paths.
        contents.sort_by_key(|(blob, ..)| *blob);
        contents.dedup_by_key(|(blob, ..)| *blob);
        let asked = self.ask_files(files);
        let listed = all(folders.into_iter().map(|(tree, commit, path)| self.list_folder(tree, commit, path)));
        let whole = all(trees.into_iter().map(|commit| self.list_tree(commit)));
        let read = self.read_contents(contents);
        let (asked, listed, whole, read) = futures_util::future::join4(asked, listed, whole, read).await;
        asked?;
        listed.into_iter().chain(whole).chain([read]).collect()
    }

    /// Asks for files of many commits by GraphQL.
    async fn ask_files(&self, asks: Vec<(Oid, Ask)>) -> Result<(), ApiError> {
        let plain: Vec<Ask> = asks.iter().map(|(_, ask)| ask.clone()).collect();
        let answers = match self.ask_some(&plain, &[], u64::MAX, 0).await {
            Ok(answers) => answers,
            // Without GraphQL the wishes come back, and are granted by REST.
            Err(error) if error.is_failure() => {
                self.graphql.set(false);
                return Ok(());
            }
            Err(ApiError::Query(_) | ApiError::Shape { .. } | ApiError::Refused { .. }) => {
                self.graphql.set(false);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let mut unasked = None;
        for ((commit, ask), blobs) in asks.iter().zip(answers) {
            match blobs {
                Some(blobs) => self.learn_blobs(*commit, &ask.paths, &blobs),
                None => unasked = Some(self.unasked()),
            }
        }
        match unasked {
            // Not one file can be asked for: REST can.
            Some(error) if !error.is_limit() => {
                self.graphql.set(false);
                Ok(())
            }
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Notes which of `paths` are files at a commit.
    pub(super) fn learn_blobs(&self, commit: Oid, paths: &[String], blobs: &[graphql::Blob]) {
        let mut state = self.state.borrow_mut();
        for path in paths {
            let blob = blobs.iter().find(|blob| blob.path == *path);
            let file = match blob {
                None => None,
                Some(blob) => match mode_of(blob.mode.as_deref()) {
                    Some(mode) => Some((mode, blob.oid)),
                    None => continue,
                },
            };
            state.files.set_file(commit, path.as_bytes(), file);
        }
    }

    /// The entries of one folder.
    async fn list_folder(&self, tree: Option<Oid>, commit: Oid, path: Vec<u8>) -> Result<(), ApiError> {
        let Ok(folder) = String::from_utf8(path) else {
            return Err(unreadable("the name of a folder is not UTF-8, so GitLab cannot be asked about it"));
        };
        let entries = self.tree_entries(commit, &folder, false).await?;
        let entries = entries.into_iter().map(|entry| Ok((entry.name.clone().into_bytes(), mode(&entry)?, entry.id)));
        let entries = entries.collect::<Result<Vec<_>, ApiError>>()?;
        let mut state = self.state.borrow_mut();
        match tree {
            Some(tree) => state.files.set_folder(tree, entries),
            None => {
                state.files.set_root(commit, entries);
            }
        }
        Ok(())
    }

    /// All folders of a commit.
    async fn list_tree(&self, commit: Oid) -> Result<(), ApiError> {
        let entries = self.tree_entries(commit, "", true).await?;
        let mut folders: HashMap<String, Vec<(Vec<u8>, Mode, Oid)>> = HashMap::new();
        let mut ids: HashMap<String, Oid> = HashMap::new();
        for entry in &entries {
            let folder = entry.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let mode = mode(entry)?;
            folders.entry(folder.to_owned()).or_default().push((entry.name.clone().into_bytes(), mode, entry.id));
            if mode.is_tree() {
                ids.insert(entry.path.clone(), entry.id);
            }
        }
        let mut state = self.state.borrow_mut();
        for (folder, entries) in folders {
            match ids.get(&folder) {
                Some(tree) => state.files.set_folder(*tree, entries),
                None => {
                    state.files.set_root(commit, entries);
                }
            }
        }
        Ok(())
    }

    /// `GET …/repository/tree`, all pages.
    async fn tree_entries(&self, commit: Oid, folder: &str, recursive: bool) -> Result<Vec<TreeReply>, ApiError> {
        let commit = commit.to_string();
        let mut query = vec![("ref", commit.as_str()), ("per_page", "100"), ("pagination", "keyset")];
        if !folder.is_empty() {
            query.push(("path", folder));
        }
        if recursive {
            query.push(("recursive", "true"));
        }
        let mut next = Some(self.url(&["repository", "tree"], &query));
        let mut entries: Vec<TreeReply> = Vec::new();
        let mut seen: HashSet<String> = HashSet::new();
        while let Some(url) = next {
            let page = match self.api.page::<TreeReply>(url).await {
                Ok(page) => page,
                // A commit without any file has no tree to show.
                Err(error) if error.is_not_found() && folder.is_empty() && entries.is_empty() => break,
                Err(error) => return Err(error),
            };
            if page.rows.is_empty() {
                break;
            }
            if entries.len() > MAX_ENTRIES {
                return Err(unreadable(TOO_MANY));
            }
            if page.rows.iter().any(|entry| entry.name.contains(char::REPLACEMENT_CHARACTER)) {
                return Err(unreadable("the name of a file is not UTF-8, and GitLab does not say what it is"));
            }
            let before = entries.len();
            entries.extend(page.rows.into_iter().filter(|entry| seen.insert(entry.path.clone())));
            // A server that gives the same page again and again never says what else there is.
            if entries.len() == before {
                return Err(unreadable(NO_END));
            }
            next = page.next;
        }
        Ok(entries)
    }

    /// The bytes of blobs: of several by one query, as far as they are text, else by a request for each.
    async fn read_contents(&self, contents: Vec<Wanted>) -> Result<(), ApiError> {
        if contents.len() > 1 && self.graphql.get() {
            let named: Vec<(Oid, Ask)> = contents
                .iter()
                .filter_map(|(blob, commit, path)| {
                    let paths = vec![String::from_utf8(path.clone()).ok()?];
                    Some((*blob, Ask { reference: Some(commit.to_string()), paths, text: true }))
                })
                .collect();
            let asks: Vec<Ask> = named.iter().map(|(_, ask)| ask.clone()).collect();
            // What GraphQL does not give is read below.
            if let Ok(answers) = self.ask_some(&asks, &[], u64::MAX, 0).await {
                for ((blob, _), answer) in named.iter().zip(answers) {
                    if let Some(text) = answer.and_then(|blobs| blobs.into_iter().next()?.text) {
                        self.state.borrow_mut().files.set_content(*blob, text.into_bytes());
                    }
                }
            }
        }
        let read = all(contents.into_iter().map(|(blob, commit, path)| self.read_content(blob, commit, path)));
        read.await.into_iter().collect()
    }

    /// A blob's bytes, where they are not known yet.
    async fn read_content(&self, blob: Oid, commit: Oid, path: Vec<u8>) -> Result<(), ApiError> {
        let Ok(path) = String::from_utf8(path) else {
            return Err(unreadable("the name of a file is not UTF-8, so GitLab cannot be asked about it"));
        };
        if self.state.borrow().files.content(blob).is_some() {
            return Ok(());
        }
        let commit = commit.to_string();
        let url = self.url(&["repository", "files", &path, "raw"], &[("ref", &commit)]);
        let content = self.api.raw(url, MAX_FILE + 1).await?;
        if !self.state.borrow_mut().files.set_content(blob, content) {
            return Err(unreadable(&format!("the content of {path} at {commit} is not that of the blob {blob}")));
        }
        Ok(())
    }
}

/// What came of reading a commit once.
enum Attempt<R> {
    Done(R),
    Wishes(Vec<Wish>),
    TooDeep(Vec<u8>),
}

/// Said of what could not be read within the limit.
pub(super) const USED_UP: &str = "no more requests are allowed for one answer (--max-requests allows more)";

/// Said of a list of files that has no end.
const NO_END: &str = "GitLab lists the same files again and again, so it is not known which others there are";
/// Said of a commit with more files than are listed.
const TOO_MANY: &str = "every file counts, and there are too many to list them through the API";

fn unreadable(problem: &str) -> ApiError {
    ApiError::Unreadable(problem.to_owned())
}

fn mode(entry: &TreeReply) -> Result<Mode, ApiError> {
    mode_of(Some(&entry.mode)).ok_or_else(|| unreadable(&format!("{} has no mode: {}", entry.path, entry.mode)))
}
