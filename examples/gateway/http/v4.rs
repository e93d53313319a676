//! The call of API v4.

use pushpix::api::v3::Channel;
use pushpix::api::v4::{self, Error};

use super::answer::Answer;
use super::body::{self, Incoming};
use super::call::Call;

pub(super) async fn oppo(call: Call, body: &mut Incoming) -> Result<Answer, Error> {
    let request = v4::Request::parse(&body::json(body).await?)?;
    let (pictures, works): (Vec<_>, Vec<_>) = request.work(&call.app.v4).unzip();
    if let Some(work) = works.first()
        && !call.app.open.contains(&Channel::Oppo)
    {
        return Err(Error::invalid(work.field, "the channel oppo is not open"));
    }
    call.check_quotas(works.iter()).await?;
    let tasks = call.fetch(works.iter()).await?;
    let kept = call.keep(tasks, |app, caller, made| {
        app.store.add(caller, made)?;
        app.metrics.count_stored(made);
        Ok(made.iter().map(|picture| picture.id.clone()).collect::<Vec<_>>())
    });
    let mut answer = v4::Answer::default();
    for (picture, id) in pictures.into_iter().zip(kept.await?) {
        answer.set(picture, id);
    }
    Ok(Answer::of(&answer)?)
}
