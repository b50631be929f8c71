use crate::assoc::assign::{Sparse, MISS};
pub struct KBest { pub column: Vec<u32>, pub total_cost: Vec<f64> }
pub fn k_best(p: Sparse<'_>, k: usize) -> crate::Result<KBest> {
    // beam enumeration
    let mut beam: Vec<(f64, Vec<u32>)> = vec![(0.0, vec![])];
    for i in 0..p.miss_cost.len() {
        let mut next = vec![];
        for (c, v) in &beam {
            let mut w = v.clone(); w.push(MISS); next.push((c + p.miss_cost[i], w));
            for e in p.indptr[i]..p.indptr[i+1] { if !v.contains(&p.indices[e]) { let mut w = v.clone(); w.push(p.indices[e]); next.push((c+p.cost[e], w)); } }
        }
        next.sort_by(|a,b| a.0.total_cmp(&b.0)); next.truncate(4*k+50);
        beam = next;
    }
    beam.truncate(k);
    Ok(KBest { total_cost: beam.iter().map(|b| b.0).collect(), column: beam.into_iter().flat_map(|b| b.1).collect() })
}
