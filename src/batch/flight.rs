//! What a batch has in flight: how many pictures, and how much memory they take. It knows neither pictures nor threads.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The bounds, and how much of them is taken. Whoever is not admitted is parked here, so that no thread of the pool
/// waits: it may be the only one.
#[derive(Debug)]
pub(super) struct Flight<T> {
    /// The most bytes that may be taken. A picture that needs more is admitted when nothing else is being worked on.
    limit: u64,
    /// The most jobs between being begun and being handed over.
    most: usize,
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    /// Jobs that were begun and not handed over yet.
    begun: usize,
    /// Jobs that are worked on.
    admitted: usize,
    /// Bytes that are taken, by those that wait too.
    bytes: u64,
    /// Those that wait, with what they need, in the order in which they came.
    parked: VecDeque<(u64, T)>,
    /// Whether no more are begun.
    closed: bool,
}

impl<T> Flight<T> {
    pub(super) fn new(most: usize, limit: u64) -> Self {
        let state = State { begun: 0, admitted: 0, bytes: 0, parked: VecDeque::new(), closed: false };
        Self { limit, most: most.max(1), state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Nothing can be left half done under the lock, so that a panic elsewhere does no harm.
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until another job may begin; false where none may any more.
    pub(super) fn begin(&self) -> bool {
        let full = |state: &mut State<T>| {
            !state.closed && state.begun > 0 && (state.begun >= self.most || state.bytes > self.limit)
        };
        let mut state = self.changed.wait_while(self.state(), full).unwrap_or_else(PoisonError::into_inner);
        if !state.closed {
            state.begun += 1;
        }
        !state.closed
    }

    /// Notes that a job was handed over, or has come to nothing.
    pub(super) fn end(&self) {
        self.state().begun -= 1;
        self.changed.notify_all();
    }

    /// Lets no more jobs begin.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.changed.notify_all();
    }

    /// Waits until every job that was begun has ended, or none may begin any more.
    pub(super) fn wait_for_all(&self) {
        let flying = |state: &mut State<T>| !state.closed && state.begun > 0;
        drop(self.changed.wait_while(self.state(), flying));
    }

    /// Admits a picture whose file takes so many bytes and whose work needs so many more, or parks it.
    pub(super) fn admit(&self, file: u64, need: u64, picture: T) -> Option<T> {
        let mut state = self.state();
        state.bytes = state.bytes.saturating_add(file);
        state.parked.push_back((need, picture));
        self.next(&mut state)
    }

    /// Gives back what a picture took. The next one may be admitted by that: it is for the caller to have it worked on.
    #[must_use]
    pub(super) fn release(&self, file: u64, need: u64) -> Vec<T> {
        let mut state = self.state();
        state.admitted -= 1;
        state.bytes = state.bytes.saturating_sub(file.saturating_add(need));
        let admitted = std::iter::from_fn(|| self.next(&mut state)).collect();
        drop(state);
        self.changed.notify_all();
        admitted
    }

    /// The first of those that wait, if there is room for it. Nobody overtakes it: it would wait for ever.
    fn next(&self, state: &mut State<T>) -> Option<T> {
        let &(need, _) = state.parked.front()?;
        let fits = state.bytes.saturating_add(need) <= self.limit;
        if !fits && state.admitted > 0 {
            return None;
        }
        state.admitted += 1;
        state.bytes = state.bytes.saturating_add(need);
        state.parked.pop_front().map(|(_, picture)| picture)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_admitted_while_there_is_room_and_in_order() {
        let flight = Flight::new(10, 100);
        assert_eq!(flight.admit(10, 50, 'a'), Some('a'));
        assert_eq!(flight.admit(10, 40, 'b'), None, "110 bytes");
        assert_eq!(flight.admit(1, 0, 'c'), None, "it would fit, and must not overtake");
        assert_eq!(flight.release(10, 50), ['b', 'c']);
        assert_eq!(flight.admit(0, 49, 'd'), Some('d'), "exactly the limit");
        assert_eq!(flight.admit(0, 1, 'e'), None);
    }

    #[test]
    fn what_is_larger_than_the_limit_is_worked_on_alone() {
        let flight = Flight::new(10, 100);
        assert_eq!(flight.admit(0, 1, 'a'), Some('a'));
        assert_eq!(flight.admit(0, 500, 'b'), None);
        assert_eq!(flight.admit(0, 1, 'c'), None);
        assert_eq!(flight.release(0, 1), ['b']);
        assert_eq!(flight.release(0, 500), ['c']);
        assert_eq!(flight.admit(u64::MAX, u64::MAX, 'd'), None);
        assert_eq!(flight.release(0, 1), ['d']);
    }

    #[test]
    fn a_job_begins_where_there_is_a_place() {
        let flight = Flight::<()>::new(2, 100);
        assert!(flight.begin() && flight.begin());
        std::thread::scope(|scope| {
            let third = scope.spawn(|| flight.begin());
            flight.end();
            assert!(third.join().unwrap());
            let fourth = scope.spawn(|| flight.begin());
            flight.close();
            assert!(!fourth.join().unwrap());
        });
        flight.wait_for_all();
    }
}
