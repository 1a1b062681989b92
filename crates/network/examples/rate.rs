//! How many networks a second are made, given a policy, and gone, and how long one takes that is for
//! a guest: `rate [COUNT [KEEPER]]`, as root, or as an ordinary user with the path of
//! `fika-netkeeper`.
#![allow(clippy::print_stdout, reason = "it is for people")]

use std::time::Instant;

use fika_network::{NetworkOptions, Networks};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count: u32 = std::env::args().nth(1).map_or(Ok(500), |count| count.parse())?;
    let egress = fika_model::Egress::Open;
    let options = NetworkOptions {
        instance: "00000bec".into(),
        egress,
        resolvers: Vec::new(),
        stock: 8,
        keeper: std::env::args().nth(2).map(Into::into),
    };
    let start = Instant::now();
    let networks = Networks::open(options);
    println!("open: {:?}", start.elapsed());
    let mode = networks.mode().await;
    println!("{mode:?} after {:?}", start.elapsed());
    let (start, mut bound) = (Instant::now(), std::time::Duration::ZERO);
    for _ in 0..count {
        let Some(lease) = networks.lease().await? else { break };
        let now = Instant::now();
        lease.set_policy(None).await?;
        bound += now.elapsed();
    }
    let took = start.elapsed();
    println!("{count} in {took:?}: {:.0} a second", f64::from(count) / took.as_secs_f64());
    println!("a policy: {:?}", bound / count);
    let start = Instant::now();
    let mut taps = 0;
    while taps < count && networks.lease_tap().await?.is_some() {
        taps += 1;
    }
    if taps > 0 {
        println!("one for a guest: {:?}", start.elapsed() / taps);
    }
    let start = Instant::now();
    drop(networks);
    println!("close: {:?}", start.elapsed());
    Ok(())
}
