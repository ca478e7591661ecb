//! The archive for the measurements. It is created once, and is the same on every machine.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rolewatch_guard::testing::Story;
use serde_json::{Value, json};

/// The composition of an archive.
pub(crate) struct Shape {
    name: String,
    roles: usize,
    /// Decompressed size and number of the large files.
    large: (usize, usize),
    /// Decompressed size and number of the small files. Most files of a trail are small.
    small: (usize, usize),
    /// One record in this many belongs to a switch into an elevated role.
    one_switch_in: u64,
    /// Instead: exactly this many switches, and nothing else.
    only_switches: Option<u64>,
}

impl Shape {
    pub(crate) fn large(roles: usize) -> Self {
        Self {
            name: format!("large-{roles}"),
            roles,
            large: (10 << 20, 30),
            small: (24 << 10, 5_000),
            one_switch_in: 2_000,
            only_switches: None,
        }
    }

    pub(crate) fn quick(roles: usize) -> Self {
        Self {
            name: format!("quick-{roles}"),
            roles,
            large: (4 << 20, 2),
            small: (24 << 10, 50),
            one_switch_in: 2_000,
            only_switches: None,
        }
    }

    pub(crate) fn switches(switches: u64) -> Self {
        let name = format!("switches-{switches}");
        Self {
            name,
            roles: 1,
            large: (10 << 20, usize::MAX),
            small: (0, 0),
            one_switch_in: 1,
            only_switches: Some(switches),
        }
    }
}

/// An archive on disk.
pub(crate) struct Built {
    pub(crate) folder: PathBuf,
    pub(crate) files: usize,
    pub(crate) inflated: u64,
    pub(crate) compressed: u64,
    pub(crate) switches: u64,
}

/// Creates the archive, unless it exists already.
pub(crate) fn build(root: &Path, shape: &Shape) -> Built {
    let folder = root.join(&shape.name);
    let marker = folder.join("rolewatch.yaml");
    let count = folder.join("switches.count");
    if !marker.exists() {
        fs::create_dir_all(folder.join("logs"))
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let switches = write(&folder, shape);
        fs::create_dir_all(folder.join("roster")).unwrap_or_else(|error| panic!("{error}"));
        fs::write(folder.join("roster/development.json"), roster())
            .unwrap_or_else(|error| panic!("{error}"));
        fs::write(&count, switches.to_string()).unwrap_or_else(|error| panic!("{error}"));
        fs::write(&marker, policy(shape.roles)).unwrap_or_else(|error| panic!("{error}"));
    }
    let logs = logs(&folder);
    let inflated = logs
        .iter()
        .map(|file| crate::measure::inflated_size(file))
        .sum();
    let compressed = logs
        .iter()
        .filter_map(|file| fs::metadata(file).ok())
        .map(|meta| meta.len())
        .sum();
    let switches = fs::read_to_string(&count)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    Built {
        folder,
        files: logs.len(),
        inflated,
        compressed,
        switches,
    }
}

/// The log files of an archive, largest first.
pub(crate) fn logs(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("logs"))
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<(u64, PathBuf)> = entries
        .filter_map(|entry| {
            entry
                .ok()
                .map(|e| (e.metadata().map_or(0, |m| m.len()), e.path()))
        })
        .collect();
    files.sort_by(|a, b| b.cmp(a));
    files.into_iter().map(|(_, path)| path).collect()
}

fn role(at: usize) -> String {
    if at == 0 {
        "UpdateApp".to_owned()
    } else {
        format!("Elevated{at:02}")
    }
}

fn policy(roles: usize) -> String {
    let mut text = String::from(
        "version: 1\naccounts:\n  \"111122223333\": development\n  \"444455556666\": production\nroles:\n",
    );
    for at in 0..roles {
        let name = role(at);
        let line = format!(
            "  - {{arn: \"arn:aws:iam::444455556666:role/{name}\", groups: [development/Developers], max_session: 1h, max_stretch: 2h}}\n"
        );
        text.push_str(&line);
    }
    text
}

/// The people who switch, all of them developers.
fn roster() -> String {
    let users: Vec<Value> = (0..PEOPLE)
        .map(|at| {
            let name = format!("user{at:03}");
            let id = format!("AIDA{:X<16}", name.to_ascii_uppercase());
            json!({"UserName": name, "UserId": id, "Arn": format!("arn:aws:iam::111122223333:user/{name}"), "GroupList": ["Developers"]})
        })
        .collect();
    let group = json!({"GroupName": "Developers", "GroupId": "AGPADEVELOPERSXXXXXX", "Arn": "arn:aws:iam::111122223333:group/Developers"});
    json!({"UserDetailList": users, "GroupDetailList": [group], "RoleDetailList": [], "Policies": [], "IsTruncated": false}).to_string()
}

/// The number of people.
const PEOPLE: u64 = 400;

/// Random-looking numbers that are the same in every run (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }
}

fn write(folder: &Path, shape: &Shape) -> u64 {
    let mut dice = Dice(7);
    let mut switches = 0;
    let mut file = 0;
    let mut waiting: Vec<String> = Vec::new();
    for (size, count) in [shape.large, shape.small] {
        for _ in 0..count {
            let mut text = String::with_capacity(size + (64 << 10));
            text.push_str("{\"Records\":[");
            while text.len() < size {
                if shape.only_switches.is_some_and(|most| switches >= most) && waiting.is_empty() {
                    break;
                }
                if waiting.is_empty() && dice.below(shape.one_switch_in) == 0 {
                    waiting = switch(&mut dice, switches, shape.roles);
                    switches += 1;
                }
                let record = waiting.pop().unwrap_or_else(|| ordinary(&mut dice));
                if !text.ends_with('[') {
                    text.push(',');
                }
                text.push_str(&record);
            }
            if text.ends_with('[') {
                return switches;
            }
            text.push_str("]}");
            let mut gzip = libdeflater::Compressor::new(libdeflater::CompressionLvl::default());
            let mut out = vec![0; gzip.gzip_compress_bound(text.len())];
            let written = gzip
                .gzip_compress(text.as_bytes(), &mut out)
                .unwrap_or_else(|error| panic!("{error}"));
            out.truncate(written);
            let path = folder.join(format!(
                "logs/444455556666_CloudTrail_us-east-1_20260302T0000Z_{file:016}.json.gz"
            ));
            fs::write(&path, out).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            file += 1;
        }
    }
    switches
}

fn uuid(dice: &mut Dice) -> String {
    let (a, b) = (dice.roll(), dice.roll());
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xfff,
        b >> 52,
        b & 0xffff_ffff_ffff
    )
}

fn letters(dice: &mut Dice, count: usize) -> String {
    (0..count)
        .filter_map(|_| {
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
                .chars()
                .nth(usize::try_from(dice.below(32)).unwrap_or(0))
        })
        .collect()
}

fn time(dice: &mut Dice) -> String {
    format!(
        "2026-03-{:02}T{:02}:{:02}:{:02}Z",
        1 + dice.below(28),
        dice.below(24),
        dice.below(60),
        dice.below(60)
    )
}

/// Both halves of a switch and some uses, as in the stories of the tests.
fn switch(dice: &mut Dice, number: u64, roles: usize) -> Vec<String> {
    let mut story = Story::new();
    story.later(i64::try_from(number % 40_000).unwrap_or(0) * 61);
    let user = format!("user{:03}", dice.below(PEOPLE));
    let role = role(usize::try_from(dice.below(roles as u64)).unwrap_or(0));
    story
        .switch_to(&user, &role)
        .with_mfa()
        .used_after(60)
        .used_after(300 + i64::try_from(dice.below(3_000)).unwrap_or(0));
    let key = format!("ASIA{}", letters(dice, 16));
    let shared = uuid(dice);
    story
        .records()
        .iter()
        .map(|record| {
            let mut record = record.clone();
            set(&mut record, "eventID", json!(uuid(dice)));
            if record.get("sharedEventID").is_some() {
                set(&mut record, "sharedEventID", json!(shared));
            }
            record.to_string().replace("ASIA0000000000000001", &key)
        })
        .collect()
}

fn set(record: &mut Value, field: &str, value: Value) {
    if let Some(record) = record.as_object_mut() {
        record.insert(field.to_owned(), value);
    }
}

/// The bulk of a trail: calls by services, Describe and Get calls. One record in twelve is a
/// service that assumes a role.
fn ordinary(dice: &mut Dice) -> String {
    let account = ["111122223333", "444455556666", "123456789012"]
        .get(usize::try_from(dice.below(3)).unwrap_or(0))
        .copied()
        .unwrap_or("123456789012");
    let region = ["us-east-1", "eu-west-1", "ap-northeast-1"]
        .get(usize::try_from(dice.below(3)).unwrap_or(0))
        .copied()
        .unwrap_or("us-east-1");
    let common = format!(
        r#""eventTime":"{}","awsRegion":"{region}","requestID":"{}","eventID":"{}","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"{account}","eventCategory":"Management""#,
        time(dice),
        uuid(dice),
        uuid(dice)
    );
    match dice.below(24) {
        0 | 1 => {
            let (role, session) = (
                format!("service-role-{:02}", dice.below(60)),
                letters(dice, 12),
            );
            format!(
                r#"{{"eventVersion":"1.08","userIdentity":{{"type":"AWSService","invokedBy":"lambda.amazonaws.com"}},"eventSource":"sts.amazonaws.com","eventName":"AssumeRole","sourceIPAddress":"lambda.amazonaws.com","userAgent":"lambda.amazonaws.com","requestParameters":{{"roleArn":"arn:aws:iam::{account}:role/service-role/{role}","roleSessionName":"{session}"}},"responseElements":{{"credentials":{{"accessKeyId":"ASIA{}","expiration":"Mar 3, 2026, 2:00:00 AM","sessionToken":"{}"}},"assumedRoleUser":{{"assumedRoleId":"AROA{}:{session}","arn":"arn:aws:sts::{account}:assumed-role/{role}/{session}"}}}},"resources":[{{"accountId":"{account}","type":"AWS::IAM::Role","ARN":"arn:aws:iam::{account}:role/service-role/{role}"}}],"sharedEventID":"{}",{common}}}"#,
                letters(dice, 16),
                letters(dice, 380),
                letters(dice, 17),
                uuid(dice)
            )
        }
        2 => format!(
            r#"{{"eventVersion":"1.08","userIdentity":{{"type":"IAMUser","principalId":"AIDA{}","arn":"arn:aws:iam::{account}:user/ci","accountId":"{account}","accessKeyId":"AKIA{}","userName":"ci"}},"eventSource":"s3.amazonaws.com","eventName":"GetBucketPolicy","sourceIPAddress":"192.0.2.{}","userAgent":"[aws-sdk-java/1.12.500 Linux/5.10 OpenJDK_64-Bit_Server_VM/11.0 java/11 vendor/Amazon]","errorCode":"NoSuchBucketPolicy","errorMessage":"The bucket policy does not exist","requestParameters":{{"bucketName":"logs-{}","Host":"logs.s3.amazonaws.com","policy":""}},"responseElements":null,"additionalEventData":{{"SignatureVersion":"SigV4","CipherSuite":"ECDHE-RSA-AES128-GCM-SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"{}","bytesTransferredOut":303}},"resources":[{{"accountId":"{account}","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::logs-{}"}}],{common}}}"#,
            "CIUSEREXAMPLE0001",
            "CIUSEREXAMPLE001",
            dice.below(250),
            dice.below(900),
            letters(dice, 76),
            dice.below(900)
        ),
        3 => format!(
            r#"{{"eventVersion":"1.08","userIdentity":{{"type":"AWSService","invokedBy":"cloudtrail.amazonaws.com"}},"eventSource":"kms.amazonaws.com","eventName":"GenerateDataKey","sourceIPAddress":"cloudtrail.amazonaws.com","userAgent":"cloudtrail.amazonaws.com","requestParameters":{{"keySpec":"AES_256","keyId":"arn:aws:kms:{region}:{account}:key/{}","encryptionContext":{{"aws:cloudtrail:arn":"arn:aws:cloudtrail:{region}:{account}:trail/main","aws:s3:arn":"arn:aws:s3:::trail/AWSLogs/{account}/CloudTrail/{region}/2026/03/02/{}.json.gz"}}}},"responseElements":null,"resources":[{{"accountId":"{account}","type":"AWS::KMS::Key","ARN":"arn:aws:kms:{region}:{account}:key/{}"}}],"sharedEventID":"{}",{common}}}"#,
            uuid(dice),
            letters(dice, 16),
            uuid(dice),
            uuid(dice)
        ),
        _ => described(dice, account, region, &common),
    }
}

/// A call by a session of a role that isn't listed, with a policy document or a list of instances.
fn described(dice: &mut Dice, account: &str, region: &str, common: &str) -> String {
    let mut items = String::new();
    for _ in 0..=dice.below(5) {
        let comma = if items.is_empty() { "" } else { "," };
        if write!(
            items,
            r#"{comma}{{"instanceId":"i-{:017x}","tags":"{{\"team\":\"core\",\"stage\":\"{}\"}}"}}"#,
            dice.roll() >> 4,
            dice.below(4)
        )
        .is_err()
        {
            break;
        }
    }
    let (role, session, id) = (
        format!("workload-{:03}", dice.below(300)),
        format!("i-{:017x}", dice.roll() >> 4),
        letters(dice, 17),
    );
    format!(
        r#"{{"eventVersion":"1.08","userIdentity":{{"type":"AssumedRole","principalId":"AROA{id}:{session}","arn":"arn:aws:sts::{account}:assumed-role/{role}/{session}","accountId":"{account}","accessKeyId":"ASIA{}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"AROA{id}","arn":"arn:aws:iam::{account}:role/{role}","accountId":"{account}","userName":"{role}"}},"webIdFederationData":{{}},"attributes":{{"creationDate":"2026-03-02T00:00:00Z","mfaAuthenticated":"false"}},"ec2RoleDelivery":"2.0"}}}},"eventSource":"ec2.amazonaws.com","eventName":"DescribeInstances","sourceIPAddress":"198.51.100.{}","userAgent":"Boto3/1.28.57 md/Botocore#1.31.57 ua/2.0 os/linux#5.10.192-183.736.amzn2.x86_64 md/arch#x86_64 lang/python#3.11.5 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.31.57","requestParameters":{{"maxResults":100,"instancesSet":{{"items":[{items}]}},"filterSet":{{"items":[{{"name":"instance-state-name","valueSet":{{"items":[{{"value":"running"}}]}}}}]}}}},"responseElements":null,"tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"ec2.{region}.amazonaws.com"}},{common}}}"#,
        letters(dice, 16),
        dice.below(250)
    )
}

/// A gzip file that decompresses to `size` bytes of spaces.
pub(crate) fn bomb(root: &Path, size: u64) -> PathBuf {
    use std::io::Write as _;
    let folder = root.join(format!("bomb-{size}"));
    let path = folder.join("logs/bomb.json.gz");
    if !path.exists() {
        fs::create_dir_all(folder.join("logs")).unwrap_or_else(|error| panic!("{error}"));
        fs::write(folder.join("rolewatch.yaml"), policy(1))
            .unwrap_or_else(|error| panic!("{error}"));
        let file = fs::File::create(&path).unwrap_or_else(|error| panic!("{error}"));
        let mut gzip = flate2::write::GzEncoder::new(
            std::io::BufWriter::new(file),
            flate2::Compression::new(9),
        );
        let spaces = vec![b' '; 1 << 20];
        let mut written = gzip.write_all(b"{\"Records\":[");
        for _ in 0..size >> 20 {
            written = written.and_then(|()| gzip.write_all(&spaces));
        }
        written
            .and_then(|()| gzip.finish().map(drop))
            .unwrap_or_else(|error| panic!("{error}"));
    }
    folder
}
