//! The environment of a commit: its image inputs as they are there.
//!
//! An environment is the set of (path, mode, object id) of the files that an image is built from. Its *key* names it;
//! a [`Fingerprint`] compares two of them without listing every file: folders that count whole enter by the id of
//! their tree. Commits without a recipe, or without any input, have no environment, and are equal to nothing.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::Oid;
use crate::inputs::{Inputs, Spec, discover};
use crate::oid::write_hex;
use crate::probe::{End, Facts, MAX_TARGET, Probe, link_target};
use crate::select::{Selection, Visit};
use crate::tree::{Entry, MAX_DEPTH, Mode, Tree, is_below, join};

/// The key of an environment: SHA-256, in lower-case hexadecimal, over the lines that `git ls-tree -r -z` prints for
/// its files, sorted by the bytes of their paths.
///
/// ```
/// use repin::{environment::key, tree::{Entry, Mode}};
/// let dockerfile = Entry { path: b"Dockerfile".to_vec(), mode: Mode::FILE, oid: "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391".parse()? };
/// assert_eq!(key(&[dockerfile]), "c3c16d770359d9627b47996a55d8f5f0c1c512478e3f416bc65877b0b1de7238");
/// # Ok::<(), repin::ParseOidError>(())
/// ```
pub fn key(files: &[Entry]) -> String {
    hexadecimal(&digest(files))
}

fn digest(entries: &[Entry]) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut line = Vec::with_capacity(128);
    for entry in entries {
        line.clear();
        write_line(entry, &mut line);
        hash.update(&line);
    }
    hash.finalize().into()
}

fn write_line(entry: &Entry, line: &mut Vec<u8>) {
    use std::io::Write as _;
    write!(line, "{} {} {}\t", entry.mode, entry.mode.object_type(), entry.oid).expect("a Vec takes everything");
    line.extend_from_slice(&entry.path);
    line.push(0);
}

/// Stands for an environment: two commits, looked at under one [`Spec`], have the same environment exactly if they
/// have the same fingerprint.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    digest: [u8; 32],
    /// Whether no folder entered by its id alone: the digest is then that of the key.
    flat: bool,
}

impl Fingerprint {
    fn of(entries: &[Entry]) -> Self {
        Self { digest: digest(entries), flat: entries.iter().all(|entry| !entry.mode.is_tree()) }
    }

    /// The environment's key, where it can be told without listing files.
    pub fn key(&self) -> Option<String> {
        self.flat.then(|| hexadecimal(&self.digest))
    }
}

/// Bytes in lower-case hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    write_hex(bytes, &mut text).expect("a String takes everything");
    text
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.digest, f)
    }
}

/// What one commit is built from.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Its inputs; shared by all commits with the same recipe.
    pub inputs: Arc<Inputs>,
    /// Its environment, if it has one.
    pub environment: Option<Fingerprint>,
    /// Why it could not be looked at: what is not there.
    pub unseen: Option<String>,
}

impl Snapshot {
    /// Of a commit that could not be looked at, for this reason.
    pub fn unseen(spec: &Spec, why: String) -> Self {
        Self { inputs: Arc::new(Inputs::unseen(spec)), environment: None, unseen: Some(why) }
    }
}

/// Finds environments of many commits of one project under one [`Spec`].
///
/// It remembers recipes and folders that it has seen, so that the next commit costs little more than its root folder.
/// Its memory is bounded.
pub struct Environments {
    spec: Arc<Spec>,
    plans: Vec<Plan>,
    by_facts: HashMap<Facts, usize>,
    /// The plans that fitted last, newest first.
    recent: Vec<usize>,
    folders: HashMap<(usize, Oid), Cuts>,
    roots: HashMap<(usize, [u8; 32]), Option<Snapshot>>,
    links: HashMap<Oid, LinksBelow>,
}

/// The links below a folder: paths seen from it, and the ids of their blobs.
type LinksBelow = Arc<Vec<(Vec<u8>, Oid)>>;
/// What a folder holds of several plans: by path, since one tree can stand at several.
type Cuts = Vec<(Vec<u8>, Arc<Cut>)>;
/// Entries of one folder: name, mode, id.
type Listed = Vec<(Vec<u8>, Mode, Oid)>;

/// How many remembered folders are kept before all are forgotten.
const MAX_REMEMBERED: usize = 200_000;
/// How many recent recipes are tried before one is read anew.
const RECENT: usize = 4;

/// Inputs, and the facts under which they hold.
struct Plan {
    inputs: Arc<Inputs>,
    facts: Facts,
    /// Whether the facts are all that the inputs depend on.
    complete: bool,
    /// For each folder visited, what to do there.
    steps: HashMap<Vec<u8>, Step>,
}

#[derive(Clone)]
struct Step {
    visit: Visit,
    names: Option<Arc<Vec<Vec<u8>>>>,
}

/// What a folder holds of a plan.
#[derive(Clone, Debug, Default)]
struct Cut {
    entries: Vec<Entry>,
    facts: Vec<(Vec<u8>, Mode, Oid)>,
}

impl Plan {
    fn step(&mut self, folder: &[u8]) -> Step {
        if let Some(step) = self.steps.get(folder) {
            return step.clone();
        }
        let mut visit = self.inputs.selection.visit(folder);
        let facts: Vec<Vec<u8>> = self.facts.keys().filter(|path| is_below(path, folder)).cloned().collect();
        if visit == Visit::Skip && !facts.is_empty() {
            visit = Visit::Walk;
        }
        // A folder that counts whole is listed for the sake of the facts alone.
        let names = match visit {
            Visit::All => Selection::default().names_in(folder, &facts),
            _ => self.inputs.selection.names_in(folder, &facts),
        };
        let step = Step { visit, names: names.map(Arc::new) };
        self.steps.insert(folder.to_vec(), step.clone());
        step
    }

    fn holds(&self, cut: &Cut) -> bool {
        self.complete
            && self.facts.iter().all(|(path, seen)| {
                let now = cut.facts.iter().find(|fact| fact.0 == *path).map(|fact| (fact.1, fact.2));
                seen.agrees(now)
            })
    }
}

/// What must be known of another commit to tell whether it has the environment of one that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Paths of files that must be the same there, or absent as well, sorted.
    pub paths: Vec<Vec<u8>>,
    /// Whether no more than these matters: no folder has to be listed.
    pub complete: bool,
}

impl Environments {
    /// What must be known of other commits to compare them with the one that was looked at last, whose files are
    /// `files`; `None` if none was.
    pub fn needs(&self, files: &[Entry]) -> Option<Needs> {
        let plan = &self.plans[*self.recent.first()?];
        let mut paths: Vec<Vec<u8>> = files.iter().map(|file| file.path.clone()).collect();
        let named = plan.inputs.selection.named_paths();
        let mut complete = plan.complete
            && named.is_some()
            && files.iter().all(|file| matches!(file.mode, Mode::FILE | Mode::EXECUTABLE));
        for path in named.into_iter().flat_map(|named| named.0) {
            let is_folder = path.is_empty() || files.iter().any(|file| is_below(&file.path, &path));
            if is_folder {
                complete = false;
            } else {
                paths.push(path);
            }
        }
        for (path, seen) in &plan.facts {
            if seen.is_folder() {
                // That a folder is there shows in the files below it.
                complete &= paths.iter().any(|file| is_below(file, path));
            } else {
                complete &= !seen.is_link();
                paths.push(path.clone());
            }
        }
        paths.sort_unstable();
        paths.dedup();
        Some(Needs { paths, complete })
    }

    /// Whether every file counts for the commit that was looked at last.
    pub fn is_whole_tree(&self) -> bool {
        self.recent.first().is_some_and(|&plan| self.plans[plan].inputs.selection.is_whole_tree())
    }

    /// None seen yet.
    pub fn new(spec: Arc<Spec>) -> Self {
        Self {
            spec,
            plans: Vec::new(),
            by_facts: HashMap::new(),
            recent: Vec::new(),
            folders: HashMap::new(),
            roots: HashMap::new(),
            links: HashMap::new(),
        }
    }

    /// The spec that they are looked at under.
    pub fn spec(&self) -> &Arc<Spec> {
        &self.spec
    }

    /// What the commit whose root tree is `root` is built from.
    ///
    /// # Errors
    /// A tree or a blob could not be read.
    pub fn at<T: Tree>(&mut self, tree: &mut T, root: Oid) -> Result<Snapshot, T::Error> {
        for recent in 0..self.recent.len().min(RECENT) {
            let plan = self.recent[recent];
            if let Some(snapshot) = self.try_plan(tree, root, plan)? {
                self.recent[..=recent].rotate_right(1);
                return Ok(snapshot);
            }
        }
        let plan = self.plan(tree, root)?;
        let cut = self.cut(tree, root, plan)?;
        self.snapshot(tree, root, plan, &cut)
    }

    /// The same, with the files, sorted by the bytes of their paths.
    ///
    /// # Errors
    /// A tree or a blob could not be read.
    pub fn files<T: Tree>(&mut self, tree: &mut T, root: Oid) -> Result<(Snapshot, Vec<Entry>), T::Error> {
        let recent = self.recent.first().copied().filter(|&plan| self.plans[plan].complete);
        let (plan, cut) = match recent {
            Some(plan) => {
                let cut = self.cut(tree, root, plan)?;
                (self.plans[plan].holds(&cut).then_some(plan), cut)
            }
            None => (None, Arc::default()),
        };
        let (plan, cut) = match plan {
            Some(plan) => (plan, cut),
            None => {
                let plan = self.plan(tree, root)?;
                (plan, self.cut(tree, root, plan)?)
            }
        };
        let (entries, _) = self.with_links(tree, root, plan, &cut)?;
        let snapshot = self.snapshot(tree, root, plan, &cut)?;
        let mut files = Vec::new();
        for entry in entries {
            expand(tree, entry, 0, &mut files)?;
        }
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        files.dedup();
        Ok((snapshot, files))
    }

    /// The plan of this very commit, read from its recipe.
    fn plan<T: Tree>(&mut self, tree: &mut T, root: Oid) -> Result<usize, T::Error> {
        let mut probe = Probe::new(tree, root);
        let inputs = discover(&self.spec, &mut probe)?;
        let (facts, complete) = (probe.facts, !probe.searched);
        let plan = match self.by_facts.get(&facts) {
            Some(&plan) => plan,
            None => {
                let plan = self.plans.len();
                self.plans.push(Plan {
                    inputs: Arc::new(inputs),
                    facts: facts.clone(),
                    complete,
                    steps: HashMap::new(),
                });
                self.by_facts.insert(facts, plan);
                plan
            }
        };
        self.recent.retain(|&known| known != plan);
        self.recent.insert(0, plan);
        Ok(plan)
    }

    /// The snapshot, if the facts of `plan` hold at this commit.
    fn try_plan<T: Tree>(&mut self, tree: &mut T, root: Oid, plan: usize) -> Result<Option<Snapshot>, T::Error> {
        if !self.plans[plan].complete {
            return Ok(None);
        }
        let listed = self.list(tree, b"", root, plan)?;
        let mut hash = Sha256::new();
        if self.plans[plan].step(b"").visit == Visit::All {
            // Of a folder that counts whole only the facts were listed.
            hash.update(root.as_bytes());
        }
        for (name, mode, oid) in &listed {
            hash.update(name);
            hash.update([0]);
            hash.update(mode.to_string());
            hash.update(oid.as_bytes());
        }
        let key = (plan, hash.finalize().into());
        if let Some(known) = self.roots.get(&key) {
            return Ok(known.clone());
        }
        let cut = self.cut_of(tree, b"", root, plan, listed, 0)?;
        if !self.plans[plan].holds(&cut) {
            self.roots.insert(key, None);
            return Ok(None);
        }
        let (_, led) = self.with_links(tree, root, plan, &cut)?;
        let snapshot = self.snapshot(tree, root, plan, &cut)?;
        // What a link leads to may lie in a folder that the key says nothing of.
        if !led {
            if self.roots.len() > MAX_REMEMBERED {
                self.roots.clear();
            }
            self.roots.insert(key, Some(snapshot.clone()));
        }
        Ok(Some(snapshot))
    }

    fn snapshot<T: Tree>(&mut self, tree: &mut T, root: Oid, plan: usize, cut: &Cut) -> Result<Snapshot, T::Error> {
        let inputs = Arc::clone(&self.plans[plan].inputs);
        let environment = if inputs.no_recipe.is_some() {
            None
        } else {
            let (entries, _) = self.with_links(tree, root, plan, cut)?;
            // An empty tree is the one folder that counts whole and holds nothing.
            let empty = entries.iter().all(|entry| entry.oid == EMPTY_TREE);
            (!empty).then(|| Fingerprint::of(&entries))
        };
        Ok(Snapshot { inputs, environment, unseen: None })
    }

    fn cut<T: Tree>(&mut self, tree: &mut T, root: Oid, plan: usize) -> Result<Arc<Cut>, T::Error> {
        let listed = self.list(tree, b"", root, plan)?;
        self.cut_of(tree, b"", root, plan, listed, 0)
    }

    /// The entries of a folder that matter to the plan.
    fn list<T: Tree>(&mut self, tree: &mut T, folder: &[u8], oid: Oid, plan: usize) -> Result<Listed, T::Error> {
        let mut listed = Vec::new();
        let step = self.plans[plan].step(folder);
        let each = &mut |name: &[u8], mode: Mode, oid: Oid| listed.push((name.to_vec(), mode, oid));
        match &step.names {
            Some(names) => tree.find(folder, oid, names, each)?,
            None => tree.list(folder, oid, each)?,
        }
        Ok(listed)
    }

    fn cut_of<T: Tree>(
        &mut self,
        tree: &mut T,
        folder: &[u8],
        oid: Oid,
        plan: usize,
        listed: Listed,
        depth: usize,
    ) -> Result<Arc<Cut>, T::Error> {
        if depth > MAX_DEPTH {
            return Err(tree.too_deep(folder));
        }
        let mut cut = Cut::default();
        let all = self.plans[plan].step(folder).visit == Visit::All;
        if all {
            cut.entries.push(Entry { path: folder.to_vec(), mode: Mode::TREE, oid });
        }
        for (name, mode, oid) in listed {
            let path = join(folder, &name);
            if self.plans[plan].facts.contains_key(&path) {
                cut.facts.push((path.clone(), mode, oid));
            }
            if mode.is_tree() {
                let step = self.plans[plan].step(&path);
                let facts_below = self.plans[plan].facts.keys().any(|fact| is_below(fact, &path));
                match step.visit {
                    Visit::Skip => continue,
                    Visit::All if !facts_below => {
                        if !all {
                            cut.entries.push(Entry { path, mode, oid });
                        }
                        continue;
                    }
                    _ => {}
                }
                let below = self.cut_below(tree, &path, oid, plan, depth + 1)?;
                if !all {
                    cut.entries.extend_from_slice(&below.entries);
                }
                cut.facts.extend_from_slice(&below.facts);
            } else if !all && self.plans[plan].inputs.selection.contains(&path) {
                cut.entries.push(Entry { path, mode, oid });
            }
        }
        Ok(Arc::new(cut))
    }

    /// [`Self::cut_of`] below the root, remembered.
    fn cut_below<T: Tree>(
        &mut self,
        tree: &mut T,
        folder: &[u8],
        oid: Oid,
        plan: usize,
        depth: usize,
    ) -> Result<Arc<Cut>, T::Error> {
        if let Some(known) = self.folders.get(&(plan, oid))
            && let Some((_, cut)) = known.iter().find(|(path, _)| path == folder)
        {
            return Ok(Arc::clone(cut));
        }
        let listed = self.list(tree, folder, oid, plan)?;
        let cut = self.cut_of(tree, folder, oid, plan, listed, depth)?;
        if self.folders.len() > MAX_REMEMBERED {
            self.folders.clear();
        }
        self.folders.entry((plan, oid)).or_default().push((folder.to_vec(), Arc::clone(&cut)));
        Ok(cut)
    }

    /// The entries of a cut and what its links lead to, sorted; and whether any of that depends on more than the cut.
    fn with_links<T: Tree>(
        &mut self,
        tree: &mut T,
        root: Oid,
        plan: usize,
        cut: &Cut,
    ) -> Result<(Vec<Entry>, bool), T::Error> {
        let mut entries = cut.entries.clone();
        let inputs = Arc::clone(&self.plans[plan].inputs);
        let whole = matches!(entries.first(), Some(entry) if entry.path.is_empty());
        let mut led = false;
        if inputs.follow_links && !whole {
            let mut at = 0;
            // What is added is looked at in its turn: a link may lead to a link, or to a folder with links.
            while let Some(entry) = entries.get(at).cloned() {
                at += 1;
                let added = at > cut.entries.len();
                if entry.mode == Mode::LINK && !added && !inputs.selection.follows(&entry.path) {
                    continue;
                }
                for (below, oid) in self.links_of(tree, &entry)?.iter() {
                    led = true;
                    let path = if below.is_empty() { entry.path.clone() } else { join(&entry.path, below) };
                    let target = tree.blob(&path, *oid, MAX_TARGET)?.unwrap_or_default();
                    let Some(target) = link_target(&path, &target) else { continue };
                    let (links, end) = Probe::new(tree, root).follow(&target)?;
                    let end = match end {
                        End::Found(path, ..) | End::Submodule(path) => Some(path),
                        End::Missing => None,
                    };
                    for path in links.into_iter().chain(end) {
                        if let Some((mode, oid)) = Probe::new(tree, root).look(&path)? {
                            lead_to(tree, Entry { path, mode, oid }, &inputs.selection, 0, &mut entries)?;
                        }
                    }
                }
            }
        }
        entries.sort_unstable();
        entries.dedup();
        Ok((entries, led))
    }

    /// The links in an entry: paths seen from it, and the ids of their blobs.
    fn links_of<T: Tree>(&mut self, tree: &mut T, entry: &Entry) -> Result<LinksBelow, T::Error> {
        if entry.mode == Mode::LINK {
            return Ok(Arc::new(vec![(Vec::new(), entry.oid)]));
        }
        if !entry.mode.is_tree() {
            return Ok(Arc::default());
        }
        self.links_below(tree, &entry.path, entry.oid, 0)
    }

    fn links_below<T: Tree>(
        &mut self,
        tree: &mut T,
        folder: &[u8],
        oid: Oid,
        depth: usize,
    ) -> Result<LinksBelow, T::Error> {
        if depth > MAX_DEPTH {
            return Err(tree.too_deep(folder));
        }
        if let Some(known) = self.links.get(&oid) {
            return Ok(Arc::clone(known));
        }
        let mut links = Vec::new();
        let mut folders = Vec::new();
        tree.list(folder, oid, &mut |name, mode, oid| {
            if mode.is_tree() {
                folders.push((name.to_vec(), oid));
            } else if mode == Mode::LINK {
                links.push((name.to_vec(), oid));
            }
        })?;
        for (name, oid) in folders {
            for (path, link) in self.links_below(tree, &join(folder, &name), oid, depth + 1)?.iter() {
                links.push((join(&name, path), *link));
            }
        }
        if self.links.len() > MAX_REMEMBERED {
            self.links.clear();
        }
        let links = Arc::new(links);
        self.links.insert(oid, Arc::clone(&links));
        Ok(links)
    }
}

/// Adds what a link leads to, if it is not there, less what no build is sent.
fn lead_to<T: Tree>(
    tree: &mut T,
    entry: Entry,
    selection: &Selection,
    depth: usize,
    entries: &mut Vec<Entry>,
) -> Result<(), T::Error> {
    if !entry.mode.is_tree() {
        if !selection.contains(&entry.path) && !selection.hides(&entry.path) && !entries.contains(&entry) {
            entries.push(entry);
        }
        return Ok(());
    }
    if selection.visit(&entry.path) == Visit::All || entries.contains(&entry) {
        return Ok(());
    }
    if !selection.may_hide_below(&entry.path) {
        entries.push(entry);
        return Ok(());
    }
    if depth > MAX_DEPTH {
        return Err(tree.too_deep(&entry.path));
    }
    let mut below = Vec::new();
    tree.list(&entry.path, entry.oid, &mut |name, mode, oid| {
        below.push(Entry { path: join(&entry.path, name), mode, oid });
    })?;
    below.into_iter().try_for_each(|entry| lead_to(tree, entry, selection, depth + 1, entries))
}

/// The id of a tree without entries, which a repository need not hold.
pub const EMPTY_TREE: Oid = Oid::new([
    0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60, 0xe5, 0x4b, 0xf8, 0xd6, 0x92, 0x88, 0xfb, 0xee, 0x49,
    0x04,
]);

/// Adds the files of an entry: itself, or all below it.
fn expand<T: Tree>(tree: &mut T, entry: Entry, depth: usize, files: &mut Vec<Entry>) -> Result<(), T::Error> {
    if !entry.mode.is_tree() {
        files.push(entry);
        return Ok(());
    }
    if depth > MAX_DEPTH {
        return Err(tree.too_deep(&entry.path));
    }
    let mut below = Vec::new();
    tree.list(&entry.path, entry.oid, &mut |name, mode, oid| {
        below.push(Entry { path: join(&entry.path, name), mode, oid });
    })?;
    below.into_iter().try_for_each(|entry| expand(tree, entry, depth + 1, files))
}
