// A variable over time at several grains: each level holds blocks of four of the level below, with the least, the greatest and
// the last value. However many records there are, a redraw touches a few per pixel.

export interface Grain {
    t: Float64Array;  // of the first in the block
    least: Float64Array;
    most: Float64Array;
    last: Float64Array;
}

const blockSize = 4;

export class Steps {
    private levels: Grain[];

    // NaN: not known, not drawn.
    constructor(t: Float64Array, v: Float64Array) {
        this.levels = [{ t, least: v, most: v, last: v }];
        for (let below = this.levels[0]; below.t.length > 256; below = this.levels.at(-1)!) {
            const n = Math.ceil(below.t.length / blockSize);
            const level: Grain = { t: new Float64Array(n), least: new Float64Array(n).fill(NaN), most: new Float64Array(n).fill(NaN), last: new Float64Array(n) };
            for (let i = 0; i < below.t.length; ++i) {
                const k = Math.floor(i / blockSize);
                if (i % blockSize === 0) level.t[k] = below.t[i];
                if (!(level.least[k] <= below.least[i])) level.least[k] = Number.isNaN(below.least[i]) ? level.least[k] : below.least[i];
                if (!(level.most[k] >= below.most[i])) level.most[k] = Number.isNaN(below.most[i]) ? level.most[k] : below.most[i];
                level.last[k] = below.last[i];
            }
            this.levels.push(level);
        }
    }

    // The finest level with at most `room` blocks between two instants, and the first and last of them.
    between(a: number, b: number, room: number): { grain: Grain; from: number; to: number } {
        for (let n = 0; ; ++n) {
            const grain = this.levels[n];
            const from = Math.max(0, lastAtMost(grain.t, a));
            const to = Math.max(0, lastAtMost(grain.t, b));
            if (to - from <= room || n === this.levels.length - 1) return { grain, from, to };
        }
    }
    // The least and the greatest value between two instants; NaN if there is none.
    range(a: number, b: number): [number, number] {
        const { grain, from, to } = this.between(a, b, 4000);
        let least = NaN, most = NaN;
        for (let k = from; k <= to; ++k) {
            if (!(least <= grain.least[k]) && !Number.isNaN(grain.least[k])) least = grain.least[k];
            if (!(most >= grain.most[k]) && !Number.isNaN(grain.most[k])) most = grain.most[k];
        }
        return [least, most];
    }
}

// The last index whose value is at most `value`, -1 for none.
export function lastAtMost(sorted: ArrayLike<number>, value: number): number {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (sorted[middle] <= value) low = middle + 1;
        else high = middle;
    }
    return low - 1;
}
