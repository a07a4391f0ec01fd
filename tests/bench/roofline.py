"""The roofline of a machine as SVG: operations for each byte of memory along, GFLOP/s up, both logarithmic.

Nothing can be above the roof, min(peak, bandwidth x intensity), if its operations and bytes are those counted: Winograd's convolutions
are above it because they are counted as direct ones, and what stays in caches because its bytes do not come from memory.
"""
import math
from html import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860, 520, 64, 150, 40, 56
X, Y = (1, 1000), (10, 2000)  # what the axes show


def x_at(v):
    return LEFT + (WIDTH - LEFT - RIGHT) * math.log(min(max(v, X[0]), X[1]) / X[0]) / math.log(X[1] / X[0])


def y_at(v):
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * math.log(min(max(v, Y[0]), Y[1]) / Y[0]) / math.log(Y[1] / Y[0])


def line(x1, y1, x2, y2, style):
    return f'<line x1="{x_at(x1):.1f}" y1="{y_at(y1):.1f}" x2="{x_at(x2):.1f}" y2="{y_at(y2):.1f}" {style}/>'


def text(x, y, words, style=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(words)}</text>'


def ticks(low, high):
    """1, 2, 5, 10, ... within."""
    return [m * 10.0**e for e in range(-1, 4) for m in (1, 2, 5) if low <= m * 10.0**e <= high]


def labels(points):
    """Names beside their points, moved down where they would lie on each other."""
    out, taken = [], []
    for name, x, y in sorted(points, key=lambda p: -p[2]):
        left, at = x_at(x) + 8, y_at(y) + 4
        while any(abs(at - b) < 12 and left < a + 100 and a < left + 100 for a, b in taken):
            at += 3
        taken.append((left, at))
        out.append(text(left, at, name))
    return out


def draw(peak, bandwidth, nets, convs):
    knee = peak / bandwidth
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12" fill="#222">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>', text(LEFT, 22, "Roofline of this machine: netc", 'font-size="15"')]
    for v in ticks(*X):
        out += [line(v, Y[0], v, Y[1], 'stroke="#eee"'), text(x_at(v), HEIGHT - BOTTOM + 18, f"{v:g}", 'text-anchor="middle"')]
    for v in ticks(*Y):
        out += [line(X[0], v, X[1], v, 'stroke="#eee"'), text(LEFT - 8, y_at(v) + 4, f"{v:g}", 'text-anchor="end"')]
    out += [text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, "operations for each byte", 'text-anchor="middle"'),
            text(0, 0, "GFLOP/s", f'text-anchor="middle" transform="translate(16 {HEIGHT / 2}) rotate(-90)"'),
            line(Y[0] / bandwidth, Y[0], knee, peak, 'stroke="#b40" stroke-width="2"') if Y[0] / bandwidth >= X[0] else
            line(X[0], X[0] * bandwidth, knee, peak, 'stroke="#b40" stroke-width="2"'),
            line(knee, peak, X[1], peak, 'stroke="#b40" stroke-width="2"'),
            text(WIDTH - RIGHT + 6, y_at(peak) + 4, f"{peak:.0f} GFLOP/s", 'fill="#b40"'),
            text(x_at(2) + 10, y_at(2 * bandwidth) + 14, f"memory, {bandwidth:.0f} GB/s", 'fill="#b40"')]
    for name, x, y in convs:
        out.append(f'<circle cx="{x_at(x):.1f}" cy="{y_at(y):.1f}" r="3" fill="#7aa6d8"><title>{escape(f"{name}: {y:.0f} GFLOP/s")}</title></circle>')
    for name, x, y in nets:
        out.append(f'<circle cx="{x_at(x):.1f}" cy="{y_at(y):.1f}" r="5" fill="#164"><title>{escape(f"{name}: {y:.0f} GFLOP/s")}</title></circle>')
    out += labels(nets)
    out += [f'<circle cx="{WIDTH - RIGHT + 14}" cy="{HEIGHT - 120}" r="5" fill="#164"/>', text(WIDTH - RIGHT + 26, HEIGHT - 116, "training step"),
            f'<circle cx="{WIDTH - RIGHT + 14}" cy="{HEIGHT - 98}" r="3" fill="#7aa6d8"/>', text(WIDTH - RIGHT + 26, HEIGHT - 94, "convolution,"),
            text(WIDTH - RIGHT + 26, HEIGHT - 80, "counted as direct"), "</svg>"]
    return "\n".join(out) + "\n"
