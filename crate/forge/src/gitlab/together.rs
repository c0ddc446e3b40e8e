//! Work of one kind that goes on at once.

use futures_util::future::{LocalBoxFuture, join_all};

/// The outputs of all of this work, in its order.
///
/// What is waited for is of one type, whatever the work and its output are: else the code for waiting, which is large,
/// would be there once for each.
pub(super) async fn all<W: Future>(work: impl IntoIterator<Item = W>) -> Vec<W::Output> {
    let mut work: Vec<(Option<W>, Option<W::Output>)> = work.into_iter().map(|work| (Some(work), None)).collect();
    let waiting = work.iter_mut().filter_map(|(work, output)| {
        let work = work.take()?;
        Some(Box::pin(async { *output = Some(work.await) }) as LocalBoxFuture<'_, ()>)
    });
    join_all(waiting).await;
    work.into_iter().filter_map(|(_, output)| output).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use futures_channel::oneshot;
    use futures_util::future::join;

    use super::all;

    #[test]
    fn outputs_come_in_the_order_of_the_work_whichever_ends_first() {
        let (sends, receives): (Vec<_>, Vec<_>) = (0..40).map(|_| oneshot::channel()).unzip();
        let ended = RefCell::new(Vec::new());
        let work = all(receives.into_iter().enumerate().map(async |(at, receive)| {
            let sent = receive.await.expect("it is sent");
            ended.borrow_mut().push(at);
            sent
        }));
        let send = async {
            for (at, send) in sends.into_iter().enumerate().rev() {
                send.send(at).expect("it is waited for");
            }
        };
        let (outputs, ()) = pollster::block_on(join(work, send));
        assert_eq!(outputs, (0..40).collect::<Vec<_>>());
        assert_eq!(*ended.borrow(), (0..40).rev().collect::<Vec<_>>());
        assert!(pollster::block_on(all(Vec::<std::future::Ready<()>>::new())).is_empty());
    }
}
