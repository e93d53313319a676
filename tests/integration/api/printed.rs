//! The bodies that the two pages print, as they print them.

/// v3, `POST byurls`; with a comment, as on the page.
pub(crate) const CREATE: &str = r#"{
"image_type": 2,
"image_url": "https://xx.com/xx.jpg",
"oppo_image_url": "https://xx.com/oppo.jpg",
"xiaomi_image_url": "https://xx.com/xiaomi.jpg",
"huawei_image_url": "",
"honor_image_url": "",
"fcm_image_url": "",
"jiguang_image_url": "https://xx.com/jiguang.jpg",
"hmos_image_url": "https://xx.com/hmos.jpg" // 20240813新增,适配鸿蒙上传图片
}"#;

/// v3, `PUT byurls`.
pub(crate) const UPDATE: &str = r#"{
"oppo_image_url": "",
"xiaomi_image_url": "",
"huawei_image_url": "https://xx.com/new_huawei.jpg",
"honor_image_url": "https://xx.com/new_honor.jpg",
"fcm_image_url": "",
"jiguang_image_url": "http://xx.com/new_jiguang.jpg",
"hmos_image_url": "https://xx.com/hmos.jpg" // 适配鸿蒙更新图片,20240813新增
}"#;
