//! What a registry holds after images were pushed, retagged and deleted.

use super::{Image, RegistryChange, RegistryEvent};

/// A tag that a registry holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The repository: what follows the project's path, empty for the root.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// The commit that the image was built from.
    pub sha: String,
    /// When the image was built, in seconds since 1970.
    pub created_at: u64,
}

/// The tags that are left after all that, in the order in which they first came. At one instant, jobs come before hands. What
/// is done to a tag that is not there does nothing.
pub fn shelf(images: &[Image], changes: &[RegistryEvent]) -> Vec<Held> {
    enum Step<'a> {
        Push(&'a Image),
        Change(&'a RegistryEvent),
    }
    let pushes = images.iter().map(|image| (image.at, Step::Push(image)));
    let mut steps: Vec<_> = pushes.chain(changes.iter().map(|change| (change.at, Step::Change(change)))).collect();
    steps.sort_by_key(|(at, _)| *at);

    let mut held: Vec<Held> = Vec::new();
    let find = |held: &[Held], repository: &str, tag: &str| {
        held.iter().position(|held| held.repository == repository && held.tag == tag)
    };
    let put = |held: &mut Vec<Held>, new: Held| match find(held, &new.repository, &new.tag) {
        Some(at) => held[at] = new,
        None => held.push(new),
    };
    for (_, step) in steps {
        match step {
            Step::Push(Image { repository, tag, sha, at, .. }) => put(
                &mut held,
                Held { repository: repository.clone(), tag: tag.clone(), sha: sha.clone(), created_at: *at },
            ),
            Step::Change(RegistryEvent { repository, change, .. }) => match change {
                RegistryChange::Retag { from, to } => {
                    if let Some(at) = find(&held, repository, from) {
                        let new = Held { tag: to.clone(), ..held[at].clone() };
                        put(&mut held, new);
                    }
                }
                RegistryChange::Delete(tag) => held.retain(|held| held.repository != *repository || held.tag != *tag),
            },
        }
    }
    held
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(tag: &str, sha: &str, at: u64) -> Image {
        Image { repository: String::new(), tag: tag.into(), sha: sha.into(), job: 1, at }
    }

    fn change(at: u64, change: RegistryChange) -> RegistryEvent {
        RegistryEvent { at, repository: String::new(), change }
    }

    fn left(images: &[Image], changes: &[RegistryEvent]) -> Vec<String> {
        shelf(images, changes).iter().map(|held| format!("{}={}@{}", held.tag, held.sha, held.created_at)).collect()
    }

    #[test]
    fn pushes_retags_and_deletions_happen_in_their_order() {
        let delete = |at, tag: &str| change(at, RegistryChange::Delete(tag.into()));
        let retag = |at, from: &str, to: &str| change(at, RegistryChange::Retag { from: from.into(), to: to.into() });
        let pushes = [image("a", "1", 10), image("b", "2", 20)];
        assert_eq!(left(&pushes, &[]), ["a=1@10", "b=2@20"]);
        assert_eq!(left(&pushes, &[delete(15, "b"), delete(15, "a")]), ["b=2@20"], "b is pushed after");
        assert_eq!(left(&pushes, &[retag(12, "a", "v1"), delete(13, "a")]), ["v1=1@10", "b=2@20"]);
        assert_eq!(left(&pushes, &[retag(5, "a", "v1")]), ["a=1@10", "b=2@20"], "it is not there yet");
        assert_eq!(left(&pushes, &[retag(30, "b", "a")]), ["a=2@20", "b=2@20"], "a tag is moved in its place");
        assert_eq!(left(&pushes, &[retag(10, "a", "c")]), ["a=1@10", "c=1@10", "b=2@20"]);
        assert_eq!(left(&[image("a", "1", 10), image("a", "2", 20)], &[]), ["a=2@20"]);
    }
}
