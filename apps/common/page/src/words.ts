// Numbers as words.
export const bytes = (n: number): string =>
    n >= 1e9 ? `${(n / 1e9).toFixed(2)} GB` : n >= 1e6 ? `${(n / 1e6).toFixed(2)} MB`
        : n >= 1e3 ? `${(n / 1e3).toFixed(n >= 1e5 ? 0 : 1)} kB` : `${Math.round(n)} B`;

export function time(seconds: number): string {
    const s = Math.abs(seconds);
    if (s === 0) return "0 s";
    if (s < 1e-3) return `${(seconds * 1e6).toFixed(s < 1e-5 ? 1 : 0)} us`;
    if (s < 1) return `${(seconds * 1e3).toFixed(s < 0.01 ? 1 : 0)} ms`;
    return `${seconds.toFixed(s < 10 ? 2 : s < 100 ? 1 : 0)} s`;
}

// A place on the time axis, with as many decimals as the range needs.
export const instant = (seconds: number, range: number): string =>
    `${seconds.toFixed(Math.max(1, Math.min(7, Math.ceil(1.3 - Math.log10(range)))))} s`;

export const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? "" : "s"}`;

export const escape = (text: string): string =>
    text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!);

export function rate(bitsPerSecond: number): [value: string, unit: string] {
    if (bitsPerSecond >= 1e9) return [(bitsPerSecond / 1e9).toFixed(2), "Gbit/s"];
    if (bitsPerSecond >= 1e6) return [(bitsPerSecond / 1e6).toFixed(2), "Mbit/s"];
    return [(bitsPerSecond / 1e3).toFixed(1), "kbit/s"];
}
