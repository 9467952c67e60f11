//! The calls that are being answered.

use std::any::Any;
use std::sync::Arc;

use tokio::sync::watch;
use tonic::service::Interceptor;
use tonic::{Request, Status};

/// How many calls of this process are not answered yet.
#[derive(Clone, Default)]
pub(super) struct Calls(Arc<watch::Sender<usize>>);

impl Calls {
    /// The number, to watch.
    pub(super) fn running(&self) -> watch::Receiver<usize> {
        self.0.subscribe()
    }

    /// Counts the calls of one provider.
    pub(super) fn of<P: Send + Sync + 'static>(&self, provider: &Arc<P>) -> CallsOf {
        CallsOf { calls: self.clone(), _provider: Arc::clone(provider) as _ }
    }
}

/// Marks each request to a provider, before the provider gets it.
#[derive(Clone)]
pub(super) struct CallsOf {
    calls: Calls,
    /// Held: for as long as it has work, it can be told to stop.
    _provider: Arc<dyn Any + Send + Sync>,
}

impl Interceptor for CallsOf {
    /// Puts a mark into the extensions of the request. So a call counts for as
    /// long as anything holds its request, and whoever answers it in a task of
    /// its own, which its client cannot end, takes the request along.
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        self.calls.0.send_modify(|running| *running += 1);
        request.extensions_mut().insert(Arc::new(Running(self.clone())));
        Ok(request)
    }
}

/// One call that runs; dropping it counts it out.
struct Running(CallsOf);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.calls.0.send_modify(|running| *running -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_runs_for_as_long_as_its_request_is_held() {
        let (calls, provider) = (Calls::default(), Arc::new("a provider"));
        let running = calls.running();
        let mut marks = calls.of(&provider);
        let [first, second] = [(); 2].map(|()| marks.call(Request::new(())).expect("marked"));
        drop(marks);
        assert_eq!(*running.borrow(), 2);
        drop(first);
        assert_eq!((*running.borrow(), Arc::strong_count(&provider)), (1, 2));
        drop(second);
        assert_eq!((*running.borrow(), Arc::strong_count(&provider)), (0, 1));
    }
}
