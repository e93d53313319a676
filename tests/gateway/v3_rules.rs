//! The rules of API v3 that show at the running server only.

use pushpix::Spec;
use pushpix::api::v3::Channel;

use crate::client::{BYFILES, BYURLS, Part, form, icon};
use crate::origin::{BANNER, ICON, Origin, PHOTO};
use crate::pictures::{assert_two_colours, fixture, two_colours};
use crate::server::{Gateway, KEY, OTHER_KEY};

#[test]
fn v3_rule_1_the_four_calls_are_at_their_addresses_and_no_others() {
    let (gateway, _data) = Gateway::fresh(&[]);
    let id = gateway.form("POST", BYFILES, &icon()).text("media_id");
    assert_eq!(gateway.json("PUT", &format!("{BYURLS}/{id}"), r#"{"fcm_image_url":"icon"}"#).status, 200);
    assert_eq!(gateway.form("PUT", &format!("{BYFILES}/{id}"), &icon()[1..]).status, 200);
    assert_eq!(gateway.json("POST", BYURLS, r#"{"image_type":2,"fcm_image_url":"icon"}"#).status, 200);
    for (method, path, status) in [
        ("GET", BYURLS, 405),
        ("PUT", BYURLS, 405),
        ("POST", "/v3/images", 404),
        ("POST", "/v3/images/byurls/", 404),
        ("POST", "/", 404),
    ] {
        assert_eq!(gateway.request(method, path, Some(KEY), None, b"{}").status, status, "{method} {path}");
    }
    assert_eq!(gateway.json("POST", &format!("{BYURLS}/{id}"), "{}").status, 405);
}

#[test]
fn v3_rule_2_a_file_of_2_mib_is_taken_and_one_byte_more_is_not() {
    let (gateway, data) = Gateway::fresh(&[]);
    let mut longest = PHOTO.clone();
    longest.resize(2 * 1024 * 1024, 0);
    let parts = [Part::Text("image_type", "1"), Part::File("oppo_file", &longest)];
    // It is read, and then refused for what it is.
    gateway.form("POST", BYFILES, &parts).assert_error(400, 1103, "its size is 2400x1600");

    longest.push(0);
    for parts in [
        vec![Part::Text("image_type", "1"), Part::File("oppo_file", &longest)],
        vec![Part::File("oppo_file", &longest), Part::Text("image_type", "1")],
        vec![Part::Text("image_type", "1"), Part::File("xiaomi_file", &longest)],
    ] {
        gateway.form("POST", BYFILES, &parts).assert_error(400, 1103, "Upload file is too large");
    }
    assert_eq!(std::fs::read_dir(data.path().join("pictures")).unwrap().count(), 0);
}

#[test]
fn v3_rule_2_the_limit_holds_while_reading_whatever_the_caller_says() {
    let (gateway, _data) = Gateway::fresh(&[]);
    // Five megabytes of a field that nobody wants, and ten of one that somebody does.
    for name in ["other", "oppo_file"] {
        let long = vec![0; if name == "other" { 5_000_000 } else { 10_000_000 }];
        let reply = gateway.form("POST", BYFILES, &[Part::File(name, &long), Part::Text("image_type", "1")]);
        reply.assert_error(400, 1103, "Upload file is too large");
    }
    if let Some(peak) = gateway.peak_memory() {
        assert!(peak < 100 << 20, "{peak} bytes of memory");
    }
}

#[test]
fn v3_rule_4_one_call_makes_one_id() {
    let (gateway, _data) = Gateway::fresh(&[]);
    let ids: std::collections::HashSet<String> =
        (0..5).map(|_| gateway.form("POST", BYFILES, &icon()).text("media_id")).collect();
    assert_eq!(ids.len(), 5, "the same picture has another id each time");
}

#[test]
fn v3_rule_5_the_rate_of_calls_is_not_limited() {
    let (gateway, _data) = Gateway::fresh(&["--jobs", "1", "--queue", "0"]);
    for _ in 0..200 {
        assert_eq!(gateway.json("POST", BYURLS, r#"{"image_type":2,"fcm_image_url":"icon"}"#).status, 200);
    }
}

#[test]
fn v3_rule_6_a_picture_that_cannot_be_reached_is_an_error() {
    let (gateway, _data) = Gateway::fresh(&["--allow-host", "127.0.0.1"]);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let body = format!(r#"{{"image_type":1,"oppo_image_url":"http://{nobody}/cat.jpg"}}"#);
    gateway.json("POST", BYURLS, &body).assert_error(400, 1103, "oppo_image_url: its host cannot be reached");
}

#[test]
fn v3_rule_7_only_jpeg_and_png_are_taken() {
    let (gateway, _data) = Gateway::fresh(&[]);
    for file in [b"GIF89a".as_slice(), b"RIFF\0\0\0\0WEBPVP8 ", b"BM", b"<svg/>", b"\xff\xd8\xff"] {
        let parts = [Part::Text("image_type", "2"), Part::File("oppo_file", file)];
        gateway.form("POST", BYFILES, &parts).assert_error(400, 1103, "File format is incorrect: oppo_file");
    }
    for file in ["icon-144.jpg", "icon-144-alpha.png"].map(fixture) {
        let parts = [Part::Text("image_type", "2"), Part::File("oppo_file", &file)];
        assert_eq!(gateway.form("POST", BYFILES, &parts).status, 200);
    }
}

#[test]
fn v3_rule_10_an_id_that_is_wrong_unknown_or_anothers_is_invalid() {
    let (gateway, _data) = Gateway::fresh(&[]);
    let body = r#"{"fcm_image_url":"icon"}"#;
    let id = gateway.form("POST", BYFILES, &icon()).text("media_id");
    let unknown = ["jgmedia-2-14b23451-0001-41ce-89d9-987b465122da", "jgmedia-4-x", "x", "%00"].map(str::to_owned);
    for wrong in unknown.into_iter().chain([id.replace("jgmedia-2", "jgmedia-1"), id.to_uppercase()]) {
        gateway.json("PUT", &format!("{BYURLS}/{wrong}"), body).assert_error(400, 1103, "mediaId");
        gateway.form("PUT", &format!("{BYFILES}/{wrong}"), &icon()[1..]).assert_error(400, 1103, "mediaId");
    }
    let path = format!("{BYURLS}/{id}");
    gateway.request("PUT", &path, Some(OTHER_KEY), None, body.as_bytes()).assert_error(400, 1103, "mediaId");
    assert_eq!(gateway.json("PUT", &path, body).status, 200);
}

#[test]
fn v3_rule_17_a_channel_that_is_not_open_is_not_processed() {
    let origin = Origin::serving(&PHOTO);
    let (gateway, _data) = Gateway::fresh(&["--allow-host", "127.0.0.1", "--channels", "huawei"]);
    let body = format!(
        r#"{{"image_type":2,"image_url":"{}","huawei_image_url":"https://xx.com/a.jpg"}}"#,
        origin.url("127.0.0.1")
    );
    let answer = gateway.json("POST", BYURLS, &body).answer();
    assert_eq!((answer.image(Channel::Oppo), answer.image(Channel::Fcm)), (None, None));
    assert_eq!(answer.image(Channel::Huawei), Some("https://xx.com/a.jpg"));
    assert_eq!(origin.hits(), 0, "for OPPO nothing is fetched");
    gateway.form("POST", BYFILES, &icon()).assert_error(400, 1103, "the result is all of invalid");
}

#[test]
fn v3_rule_20_a_picture_of_the_wrong_size_is_adapted_and_what_comes_of_it_is_taken_as_a_file() {
    let origin = Origin::serving(&two_colours());
    let (gateway, _data) = Gateway::fresh(&["--allow-host", "127.0.0.1"]);
    for (image_type, slot, size, most) in
        [("1", "oppo/large-image", (984, 369), 1_048_576), ("2", "oppo/large-icon", (144, 144), 51_200)]
    {
        let body = format!(r#"{{"image_type":{image_type},"image_url":"{}"}}"#, origin.url("127.0.0.1"));
        let id = gateway.json("POST", BYURLS, &body).answer().image(Channel::Oppo).unwrap().to_owned();
        let media = gateway.get(&format!("/media/{id}"));
        let mime = if media.body.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
        assert!(media.head.contains(&format!("content-type: {mime}")), "{}", media.head);
        assert!(media.head.contains("x-content-type-options: nosniff"), "{}", media.head);
        assert!(media.body.len() <= most, "{}", media.body.len());
        assert_two_colours(&media.body, size);
        assert!(pushpix::verify(&media.body, Spec::builtin(slot).unwrap()).complies());

        let parts = [Part::Text("image_type", image_type), Part::File("oppo_file", &media.body)];
        let again = gateway.form("POST", BYFILES, &parts).answer().image(Channel::Oppo).unwrap().to_owned();
        assert_eq!(gateway.get(&format!("/media/{again}")).body, media.body);
    }
}

#[test]
fn v3_rule_22_an_id_is_opaque_and_xiaomis_is_a_whole_address_where_the_server_knows_its_own() {
    let origin = Origin::serving(&PHOTO);
    let body = format!(r#"{{"image_type":2,"image_url":"{}"}}"#, origin.url("127.0.0.1"));
    let all = ["--allow-host", "127.0.0.1", "--discontinued"];
    let (gateway, _data) = Gateway::fresh(&all);
    let answer = gateway.json("POST", BYURLS, &body).answer();
    let [oppo, xiaomi] = [Channel::Oppo, Channel::Xiaomi].map(|channel| answer.image(channel).unwrap().to_owned());
    assert!(oppo.len() == 32 && oppo.bytes().all(|byte| byte.is_ascii_hexdigit()), "{oppo}");
    assert_ne!(oppo, xiaomi);
    assert_eq!(gateway.get(&format!("/media/{xiaomi}")).status, 200);

    let (gateway, _data) =
        Gateway::fresh(&[all.as_slice(), &["--public-url", "https://push.example/images/"]].concat());
    let answer = gateway.json("POST", BYURLS, &body).answer();
    let id = answer.image(Channel::Xiaomi).unwrap().strip_prefix("https://push.example/images/media/").unwrap();
    assert_eq!(gateway.get(&format!("/media/{id}")).status, 200);
    assert!(!answer.image(Channel::Oppo).unwrap().contains('/'));
}

#[test]
fn v3_rule_23_a_form_may_have_its_fields_in_any_order_and_others_too() {
    let (gateway, _data) = Gateway::fresh(&[]);
    let parts = [
        Part::Text("comment", "hello"),
        Part::File("oppo_file", &ICON),
        Part::File("huawei_file", b"x"),
        Part::Text("image_type", "2"),
        Part::File("xiaomi_file", b""),
    ];
    let answer = gateway.form("POST", BYFILES, &parts).answer();
    assert!(answer.image(Channel::Oppo).is_some());
    // A name in quotes may have a line's end or a quote in it; neither breaks anything.
    let (content_type, body) = form(&[Part::Text("image\\\"type", "2"), Part::File("oppo_file", &ICON)]);
    gateway.request("POST", BYFILES, Some(KEY), Some(&content_type), &body).assert_error(400, 1102, "image_type");
}

#[test]
fn v3_rule_24_a_file_that_does_not_comply_is_refused_and_nothing_is_kept() {
    let (gateway, data) = Gateway::fresh(&[]);
    let parts = [Part::Text("image_type", "2"), Part::File("oppo_file", &BANNER)];
    gateway.form("POST", BYFILES, &parts).assert_error(400, 1103, "oppo_file: its size is 984x369");
    assert_eq!(std::fs::read_dir(data.path().join("pictures")).unwrap().count(), 0);
    assert_eq!(gateway.figure("gateway_media"), 0);
    let answer = gateway.form("POST", BYFILES, &icon()).answer();
    let stored = gateway.get(&format!("/media/{}", answer.image(Channel::Oppo).unwrap()));
    assert_eq!(stored.body, *ICON, "the file is stored as it is");
}

#[test]
fn v3_rule_29_an_update_changes_what_it_names_and_no_more() {
    let (gateway, _data) = Gateway::fresh(&[]);
    let first = gateway.form("POST", BYFILES, &icon()).answer();
    let path = format!("{BYURLS}/{}", first.media_id);
    let second =
        gateway.json("PUT", &path, r#"{"oppo_image_url":"","huawei_image_url":"https://xx.com/h.jpg"}"#).answer();
    assert_eq!(second.media_id, first.media_id);
    assert_eq!(second.image(Channel::Oppo), first.image(Channel::Oppo));
    let third = gateway.form("PUT", &format!("{BYFILES}/{}", first.media_id), &icon()[1..]).answer();
    assert_ne!(third.image(Channel::Oppo), first.image(Channel::Oppo));
    assert_eq!(third.image(Channel::Huawei), Some("https://xx.com/h.jpg"));
}

#[test]
fn v3_rule_29_updates_at_the_same_time_lose_nothing() {
    let (gateway, _data) = Gateway::fresh(&[]);
    let id = gateway.form("POST", BYFILES, &icon()).text("media_id");
    let path = format!("{BYURLS}/{id}");
    let channels = [Channel::Huawei, Channel::Honor, Channel::Fcm, Channel::Jiguang, Channel::Hmos];
    std::thread::scope(|scope| {
        for channel in channels {
            let (gateway, path) = (&gateway, &path);
            scope.spawn(move || {
                let body = format!(r#"{{"{}":"https://xx.com/{channel}.jpg"}}"#, channel.url_field());
                assert_eq!(gateway.json("PUT", path, &body).status, 200);
            });
        }
    });
    let answer = gateway.json("PUT", &path, r#"{"fcm_image_url":"https://xx.com/fcm.jpg"}"#).answer();
    for channel in channels {
        assert_eq!(answer.image(channel), Some(format!("https://xx.com/{channel}.jpg").as_str()), "{channel}");
    }
}
