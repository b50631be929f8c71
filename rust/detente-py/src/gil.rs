//! The one door for releasing the interpreter lock, and for sharing what is used without it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use pyo3::prelude::*;

use crate::error::{exception, named};

/// Runs `work` without the interpreter lock and turns its failure into an exception.
pub fn released<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> detente_core::Result<T> + Send,
) -> PyResult<T> {
    py.detach(work).map_err(exception)
}

/// What one thread at a time uses; others wait for it without the interpreter lock, which the user
/// may need for a function that is called meanwhile.
pub struct Shared<T> {
    inner: Mutex<T>,
    user: Mutex<Option<ThreadId>>,
}

impl<T: Send> Shared<T> {
    pub fn new(inner: T) -> Self {
        Self { inner: Mutex::new(inner), user: Mutex::new(None) }
    }

    /// Runs `work` on it without the interpreter lock, after everybody who came before.
    ///
    /// # Errors
    /// Those of `work`; and that a function called by `work` asks for it again, which would wait
    /// for ever.
    pub fn with<R: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut T) -> detente_core::Result<R> + Send,
    ) -> PyResult<R> {
        let me = thread::current().id();
        if *locked(&self.user) == Some(me) {
            let message = "a function that a tracker calls must not use that tracker; \
                           look at its tracks after the step";
            return Err(named("DetenteError", message));
        }
        released(py, || {
            let mut inner = locked(&self.inner);
            *locked(&self.user) = Some(me);
            let _leave = Leave(&self.user);
            work(&mut inner)
        })
    }
}

/// Says, however the work ends, that nobody uses it any more.
struct Leave<'a>(&'a Mutex<Option<ThreadId>>);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        *locked(self.0) = None;
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
