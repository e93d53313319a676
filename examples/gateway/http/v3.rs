//! The four calls of API v3.

use std::collections::BTreeMap;

use pushpix::api::v3::{
    Channel, CreateByFiles, CreateByUrls, Error, ImageType, MediaId, Plan, Record, UpdateByFiles, UpdateByUrls, Way,
};

use super::answer::{Answer, Failure};
use super::body::{self, Incoming};
use super::call::Call;
use crate::app::{self, App};
use crate::pictures::{Task, Tasks};
use crate::store::{NewPicture, Store};

pub(super) async fn create_by_urls(call: Call, body: &mut Incoming) -> Result<Answer, Error> {
    let request = CreateByUrls::parse(&body::json(body).await?)?;
    let plan = request.plan(&call.app.v3, &call.app.open)?;
    call.ask(Store::check_ids).await?;
    let tasks = fetched(&call, &plan).await?;
    create(&call, request.image_type, plan, tasks, Way::Urls).await
}

pub(super) async fn create_by_files(call: Call, body: &mut Incoming) -> Result<Answer, Error> {
    let form = body::form(&call.parts.headers, body).await?;
    let request = CreateByFiles::new(form.image_type.as_deref(), form.files.keys().copied().collect())?;
    let plan = request.plan(&call.app.v3, &call.app.open)?;
    call.ask(Store::check_ids).await?;
    let tasks = uploaded(&call, &plan, form.files).await?;
    create(&call, request.image_type, plan, tasks, Way::Files).await
}

pub(super) async fn update_by_urls(call: Call, body: &mut Incoming) -> Result<Answer, Error> {
    let id = media_id(&call).await?;
    let request = UpdateByUrls::parse(&body::json(body).await?)?;
    let plan = request.plan(id.image_type(), &call.app.v3, &call.app.open)?;
    let tasks = fetched(&call, &plan).await?;
    update(&call, id, plan, tasks, Way::Urls).await
}

pub(super) async fn update_by_files(call: Call, body: &mut Incoming) -> Result<Answer, Error> {
    let id = media_id(&call).await?;
    let form = body::form(&call.parts.headers, body).await?;
    let request = UpdateByFiles::new(form.files.keys().copied().collect())?;
    let plan = request.plan(id.image_type(), &call.app.v3, &call.app.open)?;
    let tasks = uploaded(&call, &plan, form.files).await?;
    update(&call, id, plan, tasks, Way::Files).await
}

/// The media id in the path, if the caller has it. Another's is as good as none.
async fn media_id(call: &Call) -> Result<MediaId, Error> {
    let id: MediaId = call.parts.uri.path().rsplit('/').next().unwrap_or_default().parse()?;
    if call.ask(move |store, caller| store.has_media(caller, id)).await? { Ok(id) } else { Err(Error::InvalidMediaId) }
}

async fn fetched(call: &Call, plan: &Plan) -> Result<Tasks, Error> {
    let works = || plan.work().map(|(_, work)| work);
    call.check_quotas(works()).await?;
    Ok(call.fetch(works()).await?)
}

async fn uploaded(call: &Call, plan: &Plan, mut files: BTreeMap<Channel, Vec<u8>>) -> Result<Tasks, Error> {
    call.check_quotas(plan.work().map(|(_, work)| work)).await?;
    let task = |(channel, work): (Channel, &pushpix::api::Work)| Task {
        work: work.clone(),
        bytes: files.remove(&channel).unwrap_or_default().into(),
    };
    Ok(Tasks::uploaded(plan.work().map(task).collect()))
}

async fn create(call: &Call, image_type: ImageType, plan: Plan, tasks: Tasks, way: Way) -> Result<Answer, Error> {
    let random = app::random().map_err(|error| Failure::internal(&error))?;
    let kept = call.keep(tasks, move |app, caller, pictures| {
        let mut record = Record::new(MediaId::new(image_type, random));
        if let Err(error) = plan.apply(&mut record, &names(app, &plan, pictures)) {
            return Ok(Err(error));
        }
        app.store.create(caller, pictures, record.clone())?;
        app.metrics.count_stored(pictures);
        Ok(Ok(record))
    });
    answer(call, &kept.await??, way)
}

async fn update(call: &Call, id: MediaId, plan: Plan, tasks: Tasks, way: Way) -> Result<Answer, Error> {
    let kept = call.keep(tasks, move |app, caller, pictures| {
        let names = names(app, &plan, pictures);
        let updated = app.store.update(caller, pictures, id, |record| plan.apply(record, &names))?;
        if matches!(updated, Some(Ok(_))) {
            app.metrics.count_stored(pictures);
        }
        Ok(updated)
    });
    // It may have expired meanwhile.
    let record = kept.await?.ok_or(Error::InvalidMediaId)??;
    answer(call, &record, way)
}

/// What the answer shows for each picture that is stored.
fn names(app: &App, plan: &Plan, pictures: &[NewPicture]) -> BTreeMap<Channel, String> {
    let named = |((channel, _), picture): ((Channel, _), &NewPicture)| (channel, app.name_for(channel, &picture.id));
    plan.work().zip(pictures).map(named).collect()
}

fn answer(call: &Call, record: &Record, way: Way) -> Result<Answer, Error> {
    Ok(Answer::of(&record.answer(way, &call.app.v3))?)
}
