use std::io::BufRead;
use zhibiao::mapping::quantity::{Context, Grammar};
fn main() {
    let g = Grammar::load(None).unwrap();
    let money = std::env::args().nth(2).is_some_and(|m| m == "money");
    let c = Context { year: Some(2023), default_unit: std::env::args().nth(1).and_then(|u| g.unit(&u)), money };
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        match g.read(&line, &c) {
            None => println!("{line}\t=> null"),
            Some(r) => {
                let q = r.quantity;
                println!("{line}\t=> {} {}{} {} {} |{}| {}", q.relation.map(|r| format!("{r:?}")).unwrap_or("TEXT".into()), q.value.map(|v| v.to_string()).unwrap_or_default(), q.upper.map(|v| format!("..{v}")).unwrap_or_default(), q.unit.unwrap_or_default(), q.date.map(|v| v.to_string()).unwrap_or_default(), q.text.unwrap_or_default(), q.parts.map(|p| format!("{:?}", p.iter().map(|p| format!("{}={} {}", p.label, p.value.unwrap(), p.unit.clone().unwrap_or_default())).collect::<Vec<_>>())).unwrap_or_default());
            }
        }
    }
}
