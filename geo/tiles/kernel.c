/* Geometry and messages of one tile; the same bytes as clip.py, numpy_rung.py and messages.py make. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LOW = -64, HIGH = 4160 };
static const double EDGE_LOW = -64.5, EDGE_HIGH = 4160.5, SIDE = 4225.0;
enum { KIND_POINT = 1, KIND_LINE = 2, KIND_POLYGON = 3 };
enum { VALID = 1, SOUND = 2 };

/* A position in units of the tile; made by cutting or not, and on which sides of the square it lies. */
typedef struct { int64_t x, y; int made, code; } Point;

/* A growing array of anything. */
typedef struct { char *at; size_t size, room; } Buffer;

static int grow(Buffer *buffer, size_t more)
{
    if (buffer->size + more <= buffer->room) return 0;
    size_t room = (buffer->size + more) * 2 + 256;
    char *at = realloc(buffer->at, room);
    if (!at) return -1;
    buffer->at = at;
    buffer->room = room;
    return 0;
}

static int append(Buffer *buffer, const void *data, size_t size)
{
    if (grow(buffer, size)) return -1;
    if (size) memcpy(buffer->at + buffer->size, data, size);
    buffer->size += size;
    return 0;
}

static inline int varint(Buffer *buffer, uint64_t number)
{
    if (buffer->room - buffer->size < 10 && grow(buffer, 10)) return -1;
    char *at = buffer->at + buffer->size;
    while (number > 0x7f) {
        *at++ = (char)((number & 0x7f) | 0x80);
        number >>= 7;
    }
    *at++ = (char)number;
    buffer->size = (size_t)(at - buffer->at);
    return 0;
}

/* One run of a ring inside the square: points[first..first+count), and where around the edge it enters and leaves. */
typedef struct { size_t first, count; double enter, leave; int free; } Run;
typedef struct { int entering; size_t row; Point where; double around; } Event;

/* Scratch, kept from call to call; the GIL guards it. */
static Buffer ring_, out_, ends_, runs_, pieces_, events_, whole_, whole_ends_, homes_, blob_, offsets_, hard_;

#define COUNT(buffer, type) ((buffer).size / sizeof(type))
#define ITEMS(buffer, type) ((type *)(buffer).at)
#define TRY(call) do { if (call) return -1; } while (0)

typedef struct {
    const int32_t *table, *refs, (*rings)[4];
    const int64_t *parts, *versions;
    const uint8_t *hole, *kind, *state;
    int shift;
    int64_t left, top, west, north, east, south; /* the last four in units of the arrays: where the square begins and ends */
} Level;

static int is_inside(const Point *p) { return p->x >= LOW && p->x <= HIGH && p->y >= LOW && p->y <= HIGH; }

static int64_t scaled(int64_t value, int shift)
{
    return shift > 0 ? (value + ((int64_t)1 << (shift - 1))) >> shift : value * ((int64_t)1 << -shift);
}

/* The least position, in units of the arrays, that comes to value or more in units of the tile. */
static int64_t least(int64_t value, int shift)
{
    return shift > 0 ? value * ((int64_t)1 << shift) - ((int64_t)1 << (shift - 1)) : -(-value >> -shift);
}

static void place(Level *level, int64_t left, int64_t top)
{
    level->left = left, level->top = top;
    level->west = least(left + LOW, level->shift), level->east = least(left + HIGH + 1, level->shift);
    level->north = least(top + LOW, level->shift), level->south = least(top + HIGH + 1, level->shift);
}

/* Whether a part's box meets the square. */
static int is_near(const Level *level, int64_t part)
{
    const int32_t *box = level->rings[part];
    return box[0] < level->east && box[2] >= level->west && box[1] < level->south && box[3] >= level->north;
}

enum { WEST = 1, EAST = 2, NORTH = 4, SOUTH = 8 };

/* Beyond which sides of the square a position lies, in units of the arrays. */
static int outcode(const Level *level, const int32_t *at)
{
    return WEST * (at[0] < level->west) + EAST * (at[0] >= level->east) + NORTH * (at[1] < level->north)
         + SOUTH * (at[1] >= level->south);
}

/* How far from i on all points lie beyond one side, which most of a large zone does. */
static int64_t beyond(const Level *level, int64_t i, int64_t last, int side)
{
    const int32_t *table = level->table, *refs = level->refs;
    switch (side) {
    case WEST: while (i < last && table[2 * (int64_t)refs[i]] < level->west) i++; break;
    case EAST: while (i < last && table[2 * (int64_t)refs[i]] >= level->east) i++; break;
    case NORTH: while (i < last && table[2 * (int64_t)refs[i] + 1] < level->north) i++; break;
    case SOUTH: while (i < last && table[2 * (int64_t)refs[i] + 1] >= level->south) i++; break;
    }
    return i;
}

static void put(const Level *level, int64_t ref, int code, int kind)
{
    const int32_t *at = level->table + 2 * ref;
    Point p = {scaled(at[0], level->shift) - level->left, scaled(at[1], level->shift) - level->top, 0, code};
    Point *points = ITEMS(ring_, Point);
    size_t count = COUNT(ring_, Point);
    if (count && kind != KIND_POINT && points[count - 1].x == p.x && points[count - 1].y == p.y) return;
    points[count] = p;
    ring_.size += sizeof p;
}

/* The points of a part in units of the tile, without repeats, into ring_. Of a stretch of a polygon that lies beyond one
   side of the square only the ends: a straight line between them stays there. */
static int load(const Level *level, int64_t part, int kind)
{
    ring_.size = 0;
    int64_t first = level->parts[part], last = level->parts[part + 1], held = -1;
    TRY(grow(&ring_, (size_t)(last - first) * sizeof(Point)));
    int side = 0, before = 0;
    for (int64_t i = first; i < last; i++) {
        int64_t ref = level->refs[i];
        int code = outcode(level, level->table + 2 * ref);
        if (kind == KIND_POLYGON && (side &= code)) {
            int64_t far = beyond(level, i + 1, last, side) - 1;
            if (far > i) {
                i = far, ref = level->refs[i];
                code = outcode(level, level->table + 2 * ref);
            }
            held = ref, before = code;
            continue;
        }
        if (held >= 0) {
            put(level, held, before, kind);
            side = before & code;
            held = -1;
            if (side) {
                held = ref, before = code;
                continue;
            }
        }
        put(level, ref, code, kind);
        side = code;
    }
    if (held >= 0) put(level, held, before, kind);
    Point *points = ITEMS(ring_, Point);
    size_t count = COUNT(ring_, Point);
    if (kind == KIND_POLYGON && count > 1 && points[0].x == points[count - 1].x && points[0].y == points[count - 1].y)
        count--;
    if (count < (size_t)kind) count = 0;
    ring_.size = count * sizeof(Point);
    return 0;
}

static int64_t floor_half(double value) { return (int64_t)floor(value + 0.5); }
static int64_t clip_int(int64_t v) { return v < LOW ? LOW : v > HIGH ? HIGH : v; }
static double clip_edge(double v) { return v < EDGE_LOW ? EDGE_LOW : v > EDGE_HIGH ? EDGE_HIGH : v; }

/* The position at a share of the way from a on a side (0 top, clockwise), and how far around the edge that is. */
static void on_edge(const double *a, const double *step, double share, int side, Point *where, double *around)
{
    double x = side == 3 ? EDGE_LOW : side == 1 ? EDGE_HIGH : a[0] + share * step[0];
    double y = side == 0 ? EDGE_LOW : side == 2 ? EDGE_HIGH : a[1] + share * step[1];
    x = clip_edge(x);
    y = clip_edge(y);
    *around = side == 0 ? x - EDGE_LOW : side == 1 ? SIDE + (y - EDGE_LOW)
            : side == 2 ? 2 * SIDE + (EDGE_HIGH - x) : 3 * SIDE + (EDGE_HIGH - y);
    where->x = clip_int(floor_half(x));
    where->y = clip_int(floor_half(y));
    where->made = 1;
}

/* Whether the stretch between two points may cross the edge of the square. */
static int may_cross(const Point *p, const Point *q) { return (p->code | q->code) && !(p->code & q->code); }

/* Where the stretch from p to q enters and leaves, as events. */
static int cross(const Point *p, const Point *q, size_t row)
{
    int swap = p->x > q->x || (p->x == q->x && p->y > q->y);
    const Point *from = swap ? q : p, *to = swap ? p : q;
    double a[2] = {(double)from->x, (double)from->y};
    double step[2] = {(double)to->x - a[0], (double)to->y - a[1]};
    double low[2], high[2];
    for (int axis = 0; axis < 2; axis++) {
        low[axis] = step[axis] == 0 ? -INFINITY : (EDGE_LOW - a[axis]) / step[axis];
        high[axis] = step[axis] == 0 ? INFINITY : (EDGE_HIGH - a[axis]) / step[axis];
    }
    int south = step[1] >= 0;
    double enter_y = south ? low[1] : high[1], leave_y = south ? high[1] : low[1];
    int by_x = low[0] >= enter_y, out_x = high[0] <= leave_y;
    double enter = by_x ? low[0] : enter_y, leave = out_x ? high[0] : leave_y;
    if (!(enter > 0.0)) enter = 0.0;
    if (!(leave < 1.0)) leave = 1.0;
    if (!(enter < leave)) return 0;
    Event first = {1, row, {0, 0, 1, 0}, 0}, last = {0, row, {0, 0, 1, 0}, 0};
    on_edge(a, step, enter, by_x ? 3 : south ? 0 : 2, &first.where, &first.around);
    on_edge(a, step, leave, out_x ? 1 : south ? 2 : 0, &last.where, &last.around);
    int enters = enter > 0, leaves = leave < 1;
    if (swap) {
        Event other = first;
        first = last;
        last = other;
        first.entering = 1;
        last.entering = 0;
        int was = enters;
        enters = leaves;
        leaves = was;
    }
    if (enters) TRY(append(&events_, &first, sizeof first));
    if (leaves) TRY(append(&events_, &last, sizeof last));
    return 0;
}

static int find_events(int closed)
{
    size_t count = COUNT(ring_, Point);
    const Point *points = ITEMS(ring_, Point);
    events_.size = 0;
    for (size_t i = 0; i + 1 < count; i++)
        if (may_cross(points + i, points + i + 1)) TRY(cross(points + i, points + i + 1, i));
    if (closed && count && may_cross(points + count - 1, points)) TRY(cross(points + count - 1, points, count - 1));
    return 0;
}

/* Runs of the ring in ring_ from its events, their points into pieces_. */
static int find_runs(void)
{
    size_t count = COUNT(events_, Event), size = COUNT(ring_, Point), first = 0;
    const Event *events = ITEMS(events_, Event);
    const Point *points = ITEMS(ring_, Point);
    while (first < count && !events[first].entering) first++;
    for (size_t i = 0; i + 1 < count; i += 2) {
        const Event *in = events + (first + i) % count, *out = events + (first + i + 1) % count;
        size_t between = (out->row + size - in->row) % size;
        Run run = {COUNT(pieces_, Point), between + 2, in->around, out->around, 1};
        TRY(append(&pieces_, &in->where, sizeof(Point)));
        for (size_t k = 0; k < between; k++) TRY(append(&pieces_, points + (in->row + 1 + k) % size, sizeof(Point)));
        TRY(append(&pieces_, &out->where, sizeof(Point)));
        TRY(append(&runs_, &run, sizeof run));
    }
    return 0;
}

/* A ring or line into out_, without repeats. What is too short or has no area is dropped; 1 when wound wrongly. */
static int emit(const Point *points, size_t count, int kind, int check)
{
    size_t before = out_.size;
    TRY(grow(&out_, count * sizeof(Point)));
    Point *to = (Point *)(out_.at + before);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept && to[kept - 1].x == points[i].x && to[kept - 1].y == points[i].y) {
            to[kept - 1].made |= points[i].made;
            continue;
        }
        to[kept++] = points[i];
    }
    if (kind == KIND_POLYGON && kept > 1 && to[0].x == to[kept - 1].x && to[0].y == to[kept - 1].y) {
        to[0].made |= to[kept - 1].made;
        kept--;
    }
    if (kept < (size_t)kind) return 0;
    if (check) {
        int64_t twice = 0;
        for (size_t i = 0; i < kept; i++) {
            const Point *p = to + i, *q = to + (i + 1 == kept ? 0 : i + 1);
            twice += p->x * q->y - q->x * p->y;
        }
        if (twice == 0) return 0;
        if (twice < 0) return 1;
    }
    out_.size = before + kept * sizeof(Point);
    size_t end = COUNT(out_, Point);
    TRY(append(&ends_, &end, sizeof end));
    return 0;
}

static int corner(int number, Buffer *to)
{
    static const Point corners[4] = {{LOW, LOW, 1, 0}, {HIGH, LOW, 1, 0}, {HIGH, HIGH, 1, 0}, {LOW, HIGH, 1, 0}};
    return append(to, corners + number % 4, sizeof(Point));
}

/* Runs joined along the edge into rings; 1 where they do not fit together. */
static int join_runs(void)
{
    size_t count = COUNT(runs_, Run);
    Run *runs = ITEMS(runs_, Run);
    for (size_t start = 0; start < count; start++) {
        if (!runs[start].free) continue;
        size_t at = start;
        whole_.size = 0;
        while (runs[at].free) {
            runs[at].free = 0;
            TRY(append(&whole_, ITEMS(pieces_, Point) + runs[at].first, runs[at].count * sizeof(Point)));
            double leave = runs[at].leave, best = INFINITY;
            for (size_t k = 0; k < count; k++) {
                double way = runs[k].enter - leave;
                if (way < 0) way += 4 * SIDE;
                if (way < best) best = way, at = k;
            }
            for (int c = (int)(leave / SIDE) + 1; c * SIDE < leave + best; c++) TRY(corner(c, &whole_));
        }
        if (at != start) return 1;
        int wrong = emit(ITEMS(whole_, Point), COUNT(whole_, Point), KIND_POLYGON, 1);
        if (wrong) return wrong;
    }
    return 0;
}

static int holds_corner(void)
{
    size_t count = COUNT(ring_, Point);
    const Point *points = ITEMS(ring_, Point);
    int odd = 0;
    for (size_t i = 0; i < count; i++) {
        const Point *p = points + i, *q = points + (i + 1 == count ? 0 : i + 1);
        double x0 = (double)p->x, y0 = (double)p->y, x1 = (double)q->x, y1 = (double)q->y;
        if ((y0 > EDGE_LOW) != (y1 > EDGE_LOW) && EDGE_LOW < x0 + (EDGE_LOW - y0) / (y1 - y0) * (x1 - x0)) odd ^= 1;
    }
    return odd;
}

static int holds(const Point *ring, size_t count, const Point *at)
{
    int odd = 0;
    for (size_t i = 0; i < count; i++) {
        const Point *p = ring + i, *q = ring + (i + 1 == count ? 0 : i + 1);
        if ((p->y > at->y) == (q->y > at->y)) continue;
        int64_t side = (q->x - p->x) * (at->y - p->y) - (at->x - p->x) * (q->y - p->y);
        odd ^= (side > 0) == (q->y > p->y);
    }
    return odd;
}

/* Write the rings of out_ after the first few anew, each followed by the holes in it, whose parts are whole_ends_. */
static int add_holes(const Level *level, size_t first)
{
    const int64_t *holes = ITEMS(whole_ends_, int64_t);
    size_t count = COUNT(whole_ends_, int64_t), outers = COUNT(ends_, size_t) - first;
    size_t begin = first ? ITEMS(ends_, size_t)[first - 1] : 0;
    pieces_.size = runs_.size = homes_.size = 0;
    TRY(append(&pieces_, ITEMS(out_, Point) + begin, (COUNT(out_, Point) - begin) * sizeof(Point)));
    TRY(append(&runs_, ITEMS(ends_, size_t) + first, outers * sizeof(size_t)));
    const size_t *ends = ITEMS(runs_, size_t);
    for (size_t k = 0; k < count; k++) {
        TRY(load(level, holes[k], KIND_POLYGON));
        size_t home = 0, from = begin;
        for (; outers > 1 && home < outers; from = ends[home++])
            if (holds(ITEMS(pieces_, Point) + (from - begin), ends[home] - from, ITEMS(ring_, Point))) break;
        if (home == outers) return 1;
        TRY(append(&homes_, &home, sizeof home));
    }
    out_.size = begin * sizeof(Point);
    ends_.size = first * sizeof(size_t);
    for (size_t r = 0, from = begin; r < outers; from = ends[r++]) {
        TRY(append(&out_, ITEMS(pieces_, Point) + (from - begin), (ends[r] - from) * sizeof(Point)));
        size_t end = COUNT(out_, Point);
        TRY(append(&ends_, &end, sizeof end));
        for (size_t k = 0; k < count; k++) {
            if (ITEMS(homes_, size_t)[k] != r) continue;
            TRY(load(level, holes[k], KIND_POLYGON));
            TRY(emit(ITEMS(ring_, Point), COUNT(ring_, Point), KIND_POLYGON, 0));
        }
    }
    return 0;
}

/* One polygon, parts first to last, cut. 0, 1 when GEOS must do it, -1 out of memory. */
static int clip_polygon(const Level *level, int64_t first, int64_t last)
{
    int odd = 0, outer_inside = 0;
    size_t outers = COUNT(ends_, size_t), holes = 0;
    runs_.size = pieces_.size = 0;
    whole_ends_.size = 0;
    for (int64_t part = first; part < last; part++) {
        if (is_near(level, part)) TRY(load(level, part, KIND_POLYGON));
        else ring_.size = 0;
        if (!ring_.size) {
            if (part == first) return 0;
            continue;
        }
        TRY(find_events(1));
        if (events_.size) TRY(find_runs());
        else if (is_inside(ITEMS(ring_, Point))) {
            if (part == first) outer_inside = 1;
            else {
                TRY(append(&whole_ends_, &part, sizeof part));
                holes++;
            }
        } else odd ^= holds_corner();
    }
    if (outer_inside) {
        TRY(load(level, first, KIND_POLYGON));
        int wrong = emit(ITEMS(ring_, Point), COUNT(ring_, Point), KIND_POLYGON, 1);
        if (wrong) return wrong;
    } else if (runs_.size) {
        int wrong = join_runs();
        if (wrong) return wrong;
    } else if (odd) {
        whole_.size = 0;
        for (int c = 0; c < 4; c++) TRY(corner(c, &whole_));
        TRY(emit(ITEMS(whole_, Point), 4, KIND_POLYGON, 1));
    }
    if (COUNT(ends_, size_t) == outers || !holes) return 0;
    return add_holes(level, outers);
}

static int64_t turn(const Point *a, const Point *b, const Point *c)
{
    return (b->x - a->x) * (c->y - a->y) - (b->y - a->y) * (c->x - a->x);
}

static int sign(int64_t value) { return (value > 0) - (value < 0); }

static int on(const Point *a, const Point *b, const Point *p)
{
    return (p->x >= a->x ? p->x <= b->x || p->x == a->x : p->x >= b->x)
        && (p->y >= a->y ? p->y <= b->y || p->y == a->y : p->y >= b->y);
}

static int meet(const Point *a, const Point *b, const Point *c, const Point *d)
{
    if ((a->x > b->x ? a->x : b->x) < (c->x < d->x ? c->x : d->x)) return 0;
    if ((c->x > d->x ? c->x : d->x) < (a->x < b->x ? a->x : b->x)) return 0;
    if ((a->y > b->y ? a->y : b->y) < (c->y < d->y ? c->y : d->y)) return 0;
    if ((c->y > d->y ? c->y : d->y) < (a->y < b->y ? a->y : b->y)) return 0;
    int abc = sign(turn(a, b, c)), abd = sign(turn(a, b, d)), cda = sign(turn(c, d, a)), cdb = sign(turn(c, d, b));
    if (abc != abd && cda != cdb) return 1;
    return (!abc && on(a, b, c)) || (!abd && on(a, b, d)) || (!cda && on(c, d, a)) || (!cdb && on(c, d, b));
}

/* Whether two stretches of out_ touch, one of which the cutting made, or any two; neighbours may share their end. */
static int touches(size_t first_part, int any)
{
    const Point *points = ITEMS(out_, Point);
    const size_t *ends = ITEMS(ends_, size_t);
    size_t parts = COUNT(ends_, size_t);
    size_t begin = first_part ? ends[first_part - 1] : 0;
    for (size_t r = first_part, rb = begin; r < parts; rb = ends[r++]) {
        size_t rn = ends[r] - rb;
        for (size_t i = 0; i < rn; i++) {
            const Point *a = points + rb + i, *b = points + rb + (i + 1 == rn ? 0 : i + 1);
            if (!any && !a->made && !b->made) continue;
            for (size_t s = first_part, sb = begin; s < parts; sb = ends[s++]) {
                size_t sn = ends[s] - sb;
                for (size_t j = 0; j < sn; j++) {
                    const Point *c = points + sb + j, *d = points + sb + (j + 1 == sn ? 0 : j + 1);
                    if (a == c) continue;
                    if (b == c || a == d) {
                        const Point *p = b == c ? a : b, *q = b == c ? b : a, *t = b == c ? d : c;
                        if (!turn(p, q, t) && (p->x - q->x) * (t->x - q->x) + (p->y - q->y) * (t->y - q->y) > 0) return 1;
                        continue;
                    }
                    if (meet(a, b, c, d)) return 1;
                }
            }
        }
    }
    return 0;
}

/* One version into out_ and ends_. 0, 1 when GEOS must do it, TOUCHING when only GEOS can say whether it is valid as it
   is, -1 out of memory. */
enum { TOUCHING = 2 };
static int shape(const Level *level, int32_t version, int crossing)
{
    int kind = level->kind[version];
    int64_t first = level->versions[version], last = level->versions[version + 1];
    out_.size = ends_.size = 0;
    if (kind == KIND_POLYGON && level->state[version] < VALID) return 1;
    if (kind != KIND_POLYGON || !crossing) {
        int gone = 0;
        for (int64_t part = first; part < last; part++) {
            TRY(load(level, part, kind));
            Point *points = ITEMS(ring_, Point);
            size_t count = COUNT(ring_, Point);
            if (kind == KIND_POLYGON) {
                if (!level->hole[part]) gone = !count;
                if (!gone) TRY(emit(points, count, kind, 0));
            } else if (kind == KIND_POINT) {
                size_t kept = 0;
                for (size_t i = 0; i < count; i++) if (is_inside(points + i)) points[kept++] = points[i];
                size_t end = kept;
                TRY(append(&out_, points, kept * sizeof(Point)));
                if (kept) TRY(append(&ends_, &end, sizeof end));
            } else if (count) {
                TRY(find_events(0));
                int open = is_inside(points);
                size_t at = 0;
                whole_.size = 0;
                const Event *events = ITEMS(events_, Event);
                for (size_t i = 0; i < COUNT(events_, Event); i++) {
                    if (events[i].entering) {
                        open = 1;
                        at = events[i].row + 1;
                        whole_.size = 0;
                        TRY(append(&whole_, &events[i].where, sizeof(Point)));
                    } else if (open) {
                        TRY(append(&whole_, points + at, (events[i].row + 1 - at) * sizeof(Point)));
                        TRY(append(&whole_, &events[i].where, sizeof(Point)));
                        TRY(emit(ITEMS(whole_, Point), COUNT(whole_, Point), kind, 0));
                        open = 0;
                    }
                }
                if (open) {
                    TRY(append(&whole_, points + at, (count - at) * sizeof(Point)));
                    TRY(emit(ITEMS(whole_, Point), COUNT(whole_, Point), kind, 0));
                }
            }
        }
        return 0;
    }
    for (int64_t part = first; part < last;) {
        int64_t end = part + 1;
        while (end < last && level->hole[end]) end++;
        int wrong = clip_polygon(level, part, end);
        if (wrong) return wrong;
        part = end;
    }
    return touches(0, level->state[version] < SOUND) ? TOUCHING : 0;
}

static uint64_t zigzag(int64_t n) { return ((uint64_t)n << 1) ^ (uint64_t)(n >> 63); }

static int commands(int kind)
{
    const Point *points = ITEMS(out_, Point);
    const size_t *ends = ITEMS(ends_, size_t);
    int64_t x = 0, y = 0;
    size_t i = 0;
    for (size_t part = 0; part < COUNT(ends_, size_t); part++) {
        size_t count = ends[part] - i;
        for (size_t k = 0; k < count; k++, i++) {
            if (k == 0) TRY(varint(&blob_, 1 | (kind == KIND_POINT ? count << 3 : 1 << 3)));
            if (k == 1 && kind != KIND_POINT) TRY(varint(&blob_, 2 | (count - 1) << 3));
            TRY(varint(&blob_, zigzag(points[i].x - x)));
            TRY(varint(&blob_, zigzag(points[i].y - y)));
            x = points[i].x;
            y = points[i].y;
        }
        if (kind == KIND_POLYGON) TRY(varint(&blob_, 15));
    }
    return 0;
}

static int all_shapes(const Level *level, const int32_t *chosen, const uint8_t *crossing, Py_ssize_t count)
{
    blob_.size = offsets_.size = hard_.size = 0;
    int64_t end = 0;
    TRY(append(&offsets_, &end, sizeof end));
    for (Py_ssize_t i = 0; i < count; i++) {
        int wrong = shape(level, chosen[i], crossing[i]);
        if (wrong < 0) return -1;
        if (wrong) {
            int32_t place = (int32_t)i;
            TRY(append(&hard_, &place, sizeof place));
        } else TRY(commands(level->kind[chosen[i]]));
        end = (int64_t)blob_.size;
        TRY(append(&offsets_, &end, sizeof end));
    }
    return 0;
}

static void release(Py_buffer *views, int count)
{
    for (int i = 0; i < count; i++) PyBuffer_Release(views + i);
}

PyDoc_STRVAR(shapes_doc,
"shapes(table, refs, parts, hole, versions, kind, state, rings, chosen, crossing, shift, left, top)\n\n"
"Geometry commands of the chosen versions as one bytes, their offsets, and the places that GEOS must do.");

static PyObject *shapes(PyObject *self, PyObject *args)
{
    Py_buffer v[10] = {{0}};
    Level level;
    long long left, top;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*y*y*y*y*y*iLL", v, v + 1, v + 2, v + 3, v + 4, v + 5, v + 6, v + 7,
                          v + 8, v + 9, &level.shift, &left, &top))
        return NULL;
    level.table = v[0].buf, level.refs = v[1].buf, level.parts = v[2].buf, level.hole = v[3].buf;
    level.versions = v[4].buf, level.kind = v[5].buf, level.state = v[6].buf, level.rings = v[7].buf;
    place(&level, left, top);
    int wrong = all_shapes(&level, v[8].buf, v[9].buf, v[8].len / (Py_ssize_t)sizeof(int32_t));
    release(v, 10);
    if (wrong) return PyErr_NoMemory();
    return Py_BuildValue("y#y#y#", blob_.at ? blob_.at : "", (Py_ssize_t)blob_.size, offsets_.at, (Py_ssize_t)offsets_.size,
                         hard_.at ? hard_.at : "", (Py_ssize_t)hard_.size);
}

PyDoc_STRVAR(meeting_doc,
"meeting(rows, boxes, west, north, east, south)\n\nThe rows (32 bits) whose box meets the square, and whether each reaches"
" over its edge (a byte each).");

static PyObject *meeting(PyObject *self, PyObject *args)
{
    Py_buffer v[2] = {{0}};
    long long west, north, east, south;
    if (!PyArg_ParseTuple(args, "y*y*LLLL", v, v + 1, &west, &north, &east, &south)) return NULL;
    const int32_t *rows = v[0].buf, (*box)[4] = v[1].buf;
    int wrong = 0;
    hard_.size = whole_.size = 0;
    for (Py_ssize_t i = 0; i < v[0].len / (Py_ssize_t)sizeof(int32_t) && !wrong; i++) {
        const int32_t *b = box[i];
        if (b[0] > east || b[2] < west || b[1] > south || b[3] < north) continue;
        char over = b[0] < west || b[2] > east || b[1] < north || b[3] > south;
        wrong = append(&hard_, rows + i, sizeof *rows) || append(&whole_, &over, 1);
    }
    release(v, 2);
    if (wrong) return PyErr_NoMemory();
    return Py_BuildValue("y#y#", hard_.at ? hard_.at : "", (Py_ssize_t)hard_.size, whole_.at ? whole_.at : "",
                         (Py_ssize_t)whole_.size);
}

/* Which local number a table row has in this tile; stamps of earlier calls count as none. */
typedef struct { uint32_t *stamp, *local; size_t room; uint32_t now; Buffer order; } Numbering;
static Numbering keys_, values_;

static int prepare(Numbering *n, size_t rows)
{
    if (rows > n->room) {
        uint32_t *stamp = calloc(rows, sizeof *stamp), *local = malloc(rows * sizeof *local);
        if (!stamp || !local) {
            free(stamp);
            free(local);
            return -1;
        }
        free(n->stamp);
        free(n->local);
        n->stamp = stamp, n->local = local, n->room = rows, n->now = 0;
    }
    if (++n->now == 0) {
        memset(n->stamp, 0, n->room * sizeof *n->stamp);
        n->now = 1;
    }
    n->order.size = 0;
    return 0;
}

static int number(Numbering *n, int32_t row, uint32_t *local)
{
    if (n->stamp[row] != n->now) {
        n->stamp[row] = n->now;
        n->local[row] = (uint32_t)COUNT(n->order, int32_t);
        TRY(append(&n->order, &row, sizeof row));
    }
    *local = n->local[row];
    return 0;
}

static int tag_run(Buffer *to, const int32_t *tags, int64_t first, int64_t last)
{
    for (int64_t i = first; i < last; i += 2) {
        uint32_t key, value;
        TRY(number(&keys_, tags[i], &key));
        TRY(number(&values_, tags[i + 1], &value));
        TRY(varint(to, key));
        TRY(varint(to, value));
    }
    return 0;
}

static int message(Buffer *to, int field, const char *data, size_t size)
{
    TRY(varint(to, (uint64_t)field << 3 | 2));
    TRY(varint(to, size));
    return append(to, data, size);
}

static int feature(Buffer *to, uint64_t id, int kind, const char *geometry, size_t size)
{
    static Buffer body;
    body.size = 0;
    TRY(varint(&body, 0x08));
    TRY(varint(&body, id));
    TRY(message(&body, 2, whole_.at, whole_.size));
    TRY(varint(&body, 0x18));
    TRY(varint(&body, (uint64_t)kind));
    TRY(message(&body, 4, geometry, size));
    return message(to, 2, body.at, body.size);
}

static int table_rows(Buffer *to, const Numbering *n, const char *text, const int64_t *ends)
{
    const int32_t *rows = ITEMS(n->order, int32_t);
    for (size_t i = 0; i < COUNT(n->order, int32_t); i++)
        TRY(append(to, text + ends[rows[i]], (size_t)(ends[rows[i] + 1] - ends[rows[i]])));
    return 0;
}

static int write_features(Py_buffer *v)
{
    const char *blob = v[0].buf;
    const int64_t *begin = v[1].buf, *end = v[2].buf, *head_ends = v[6].buf, *tail_ends = v[8].buf;
    const int32_t *first = v[3].buf, *last = v[4].buf, *head = v[5].buf, *tail = v[7].buf;
    const uint64_t *ids = v[9].buf;
    const uint8_t *kind = v[10].buf;
    blob_.size = 0;
    for (Py_ssize_t i = 0; i < v[3].len / (Py_ssize_t)sizeof(int32_t); i++) {
        if (end[i] == begin[i]) continue;
        whole_.size = 0;
        TRY(tag_run(&whole_, head, head_ends[first[i]], head_ends[first[i] + 1]));
        TRY(tag_run(&whole_, tail, tail_ends[last[i]], tail_ends[last[i] + 1]));
        TRY(feature(&blob_, ids[first[i]], kind[first[i]], blob + begin[i], (size_t)(end[i] - begin[i])));
    }
    TRY(table_rows(&blob_, &keys_, v[11].buf, v[12].buf));
    return table_rows(&blob_, &values_, v[13].buf, v[14].buf);
}

PyDoc_STRVAR(features_doc,
"features(blob, begin, end, first, last, head, head_ends, tail, tail_ends, ids, kind, keys, keys_ends, values,"
" values_ends)\n\nThe messages of a layer's features, keys and values.");

static PyObject *features(PyObject *self, PyObject *args)
{
    Py_buffer v[15] = {{0}};
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*y*y*y*y*y*y*y*y*y*y*", v, v + 1, v + 2, v + 3, v + 4, v + 5, v + 6, v + 7,
                          v + 8, v + 9, v + 10, v + 11, v + 12, v + 13, v + 14))
        return NULL;
    int wrong = prepare(&keys_, (size_t)v[12].len / sizeof(int64_t)) || prepare(&values_, (size_t)v[14].len / sizeof(int64_t))
             || write_features(v);
    release(v, 15);
    return wrong ? PyErr_NoMemory() : PyBytes_FromStringAndSize(blob_.at, (Py_ssize_t)blob_.size);
}

/* All that one-day tiles of a zoom are made of, so that geometry and messages are one call. */
enum { GEOMETRY = 8, ATTRIBUTES = 10 };
typedef struct { PyObject_HEAD Py_buffer name, views[GEOMETRY + ATTRIBUTES]; int held; } Layer;
static Buffer layer_, tile_;

static void layer_dealloc(Layer *self)
{
    if (self->held > 0) PyBuffer_Release(&self->name);
    release(self->views, self->held - 1);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int layer_init(Layer *self, PyObject *args, PyObject *named)
{
    PyObject *name, *parts;
    if (self->held) PyErr_SetString(PyExc_RuntimeError, "made already");
    if (self->held || !PyArg_ParseTuple(args, "OO", &name, &parts)) return -1;
    PyObject *list = PySequence_Fast(parts, "parts: want a sequence");
    if (!list) return -1;
    if (PySequence_Fast_GET_SIZE(list) != GEOMETRY + ATTRIBUTES)
        PyErr_SetString(PyExc_ValueError, "parts: want 8 arrays of geometry and 10 of attributes");
    else if (!PyObject_GetBuffer(name, &self->name, PyBUF_SIMPLE))
        for (self->held = 1; self->held <= GEOMETRY + ATTRIBUTES; self->held++) {
            PyObject *part = PySequence_Fast_GET_ITEM(list, self->held - 1);
            if (PyObject_GetBuffer(part, self->views + self->held - 1, PyBUF_SIMPLE)) break;
        }
    Py_DECREF(list);
    return PyErr_Occurred() ? -1 : 0;
}

/* The message of a version whose geometry is data, into layer_; nothing where that is empty. */
static int add_message(const Layer *self, const Level *level, int32_t version, const char *data, size_t size)
{
    const Py_buffer *v = self->views + GEOMETRY;
    const int64_t *head_ends = v[1].buf, *tail_ends = v[3].buf;
    if (!size) return 0;
    whole_.size = 0;
    TRY(tag_run(&whole_, v[0].buf, head_ends[version], head_ends[version + 1]));
    TRY(tag_run(&whole_, v[2].buf, tail_ends[version], tail_ends[version + 1]));
    return feature(&layer_, ((const uint64_t *)v[4].buf)[version], level->kind[version], data, size);
}

/* To hard, what GEOS must know of the version of a place: None, or its commands, points and where its rings end. */
static int add_hard(PyObject *hard, Py_ssize_t place, int is_cut)
{
    static Buffer plain;
    plain.size = 0;
    for (size_t i = 0; is_cut && i < COUNT(out_, Point); i++) {
        int64_t at[2] = {ITEMS(out_, Point)[i].x, ITEMS(out_, Point)[i].y};
        TRY(append(&plain, at, sizeof at));
    }
    PyObject *item = is_cut ? Py_BuildValue("n(y#y#y#)", place, blob_.at, (Py_ssize_t)blob_.size, plain.at,
                                            (Py_ssize_t)plain.size, ends_.at, (Py_ssize_t)ends_.size)
                            : Py_BuildValue("nO", place, Py_None);
    int wrong = item ? PyList_Append(hard, item) : -1;
    Py_XDECREF(item);
    return wrong;
}

/* The version of a place as a message of layer_, if any of it is to be seen; given has the commands of what GEOS did. */
static int add_version(const Layer *self, const Level *level, int32_t version, int crossing, PyObject *given,
                       Py_ssize_t place, PyObject *hard)
{
    if (given) {
        PyObject *key = PyLong_FromSsize_t(place), *made = key ? PyDict_GetItemWithError(given, key) : NULL;
        char *data;
        Py_ssize_t size;
        Py_XDECREF(key);
        if (PyErr_Occurred()) return -1;
        if (made) {
            if (PyBytes_AsStringAndSize(made, &data, &size)) return -1;
            return add_message(self, level, version, data, (size_t)size);
        }
    }
    int wrong = shape(level, version, crossing);
    if (wrong < 0) return -1;
    blob_.size = 0;
    if (wrong != 1) TRY(commands(level->kind[version]));
    if (wrong) return add_hard(hard, place, wrong == TOUCHING);
    return add_message(self, level, version, blob_.at, blob_.size);
}

/* The tile of the messages in layer_ into tile_; empty when there are none. */
static int wrap(const Layer *self)
{
    const Py_buffer *v = self->views + GEOMETRY;
    static const char version[] = "\x78\x02", extent[] = "\x28\x80\x20";
    tile_.size = blob_.size = 0;
    if (!layer_.size) return 0;
    TRY(append(&blob_, version, 2));
    TRY(message(&blob_, 1, self->name.buf, (size_t)self->name.len));
    TRY(append(&blob_, layer_.at, layer_.size));
    TRY(table_rows(&blob_, &keys_, v[6].buf, v[7].buf));
    TRY(table_rows(&blob_, &values_, v[8].buf, v[9].buf));
    TRY(append(&blob_, extent, 3));
    return message(&tile_, 3, blob_.at, blob_.size);
}

PyDoc_STRVAR(tile_doc,
"tile(rows, crossing, (shift, left, top), given=None)\n\nThe tile of what ``meeting`` found; a list of places with what GEOS"
" must know of each where it must look first: None, or commands, points (64 bits) and where its rings end (64 bits)."
" ``given`` has their commands by place.");

static PyObject *layer_tile(Layer *self, PyObject *args)
{
    Py_buffer rows = {0}, crossing = {0};
    PyObject *given = NULL, *hard;
    const Py_buffer *v = self->views;
    long long left, top;
    Level level = {v[0].buf, v[1].buf, v[7].buf, v[2].buf, v[4].buf, v[3].buf, v[5].buf, v[6].buf, 0, 0, 0};
    if (!PyArg_ParseTuple(args, "y*y*(iLL)|O!", &rows, &crossing, &level.shift, &left, &top, &PyDict_Type, &given))
        return NULL;
    place(&level, left, top);
    layer_.size = 0;
    hard = PyList_New(0);
    int wrong = !hard || prepare(&keys_, (size_t)v[GEOMETRY + 7].len / sizeof(int64_t))
             || prepare(&values_, (size_t)v[GEOMETRY + 9].len / sizeof(int64_t));
    for (Py_ssize_t i = 0; i < rows.len / (Py_ssize_t)sizeof(int32_t) && !wrong; i++)
        wrong = add_version(self, &level, ((const int32_t *)rows.buf)[i], ((const uint8_t *)crossing.buf)[i], given, i, hard);
    wrong = wrong || wrap(self);
    PyBuffer_Release(&rows);
    PyBuffer_Release(&crossing);
    PyObject *made = hard;
    if (wrong) made = PyErr_Occurred() ? NULL : PyErr_NoMemory();
    else if (!PyList_GET_SIZE(hard)) made = PyBytes_FromStringAndSize(tile_.at, (Py_ssize_t)tile_.size);
    if (made != hard) Py_XDECREF(hard);
    return made;
}

static PyMethodDef layer_methods[] = {{"tile", (PyCFunction)layer_tile, METH_VARARGS, tile_doc}, {NULL, NULL, 0, NULL}};

static PyTypeObject LayerType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "geo.tiles.kernel.Layer",
    .tp_doc = "Layer(name, parts)\n\nMakes one-day tiles of a level's arrays and its collection's, in the order of geo.tiles.rungs.",
    .tp_basicsize = sizeof(Layer), .tp_flags = Py_TPFLAGS_DEFAULT, .tp_new = PyType_GenericNew,
    .tp_init = (initproc)layer_init, .tp_dealloc = (destructor)layer_dealloc, .tp_methods = layer_methods,
};

static PyMethodDef methods[] = {
    {"meeting", meeting, METH_VARARGS, meeting_doc}, {"shapes", shapes, METH_VARARGS, shapes_doc},
    {"features", features, METH_VARARGS, features_doc}, {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "geo.tiles.kernel", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_kernel(void)
{
    PyObject *made = PyModule_Create(&module);
    if (made && PyModule_AddType(made, &LayerType)) Py_CLEAR(made);
    return made;
}
