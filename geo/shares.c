/* Pictures of few colours from polygons and strokes: what geo/painting.py does in numpy, with the same integers.

   Positions are in 1/256 of a pixel. An edge leaves in each pixel that it passes its height ("cover") and twice the area
   to the right of it ("area"), as in FreeType's smooth rasteriser; here both are found from the whole edge for each row
   and column by a formula, so that neighbours get the same and any order comes to the same sums. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { PART = 256, FULL = 2 * PART * PART, LEVELS = 16, COLOURS = 256, MOST_SOLID = 192, COARSER = 7 };
enum { ONE = 1 << 16 };

typedef struct { int64_t area; int32_t next, ink, cover; } Cell;
typedef struct { uint32_t pixel, colour[4]; } Mix;

/* ``head``: by pixel the number of its first cell, from 1; ``marks``: a bit for each pixel that has one. ``state``: by
   pixel 0, 1 + the ink that covers it whole, or 1 + inks + the number of its mix. */
typedef struct {
    int32_t side, period, inks, words;
    const uint32_t *colours;
    int32_t *head, *state, *cover, *active, *value;
    int64_t *area;
    uint64_t *marks;
    uint8_t *used;
    Cell *cells;
    Mix *mixes;
    size_t cell_count, cell_room, mix_count, mix_room;
    int wrong;
} Canvas;

static int64_t whole(double value) /* rounded down */
{
    int64_t found = (int64_t)value;
    return found - (value < (double)found);
}

static void meet(Canvas *on, int32_t row, int64_t column, int32_t ink, int32_t cover, int32_t area)
{
    if (!cover || column >= on->side) return;
    int32_t pixel = row * on->side + (int32_t)column;
    for (int32_t at = on->head[pixel]; at; at = on->cells[at - 1].next) {
        Cell *cell = on->cells + at - 1;
        if (cell->ink != ink) continue;
        cell->cover += cover, cell->area += area;
        return;
    }
    if (on->cell_count == on->cell_room) {
        size_t room = on->cell_room * 2 + 4096;
        Cell *cells = realloc(on->cells, room * sizeof *cells);
        if (!cells) { on->wrong = 1; return; }
        on->cells = cells, on->cell_room = room;
    }
    Cell made = {area, on->head[pixel], ink, cover};
    on->cells[on->cell_count++] = made;
    on->head[pixel] = (int32_t)on->cell_count;
    on->marks[row * on->words + column / 64] |= (uint64_t)1 << column % 64;
}

/* The part of an edge in one row: between two columns' positions, ``height`` down. */
static void across(Canvas *on, int32_t row, int64_t xa, int64_t xb, int32_t height, int32_t sign, int32_t ink)
{
    int64_t low = xa < xb ? xa : xb, high = xa < xb ? xb : xa;
    if (high <= 0) {
        meet(on, row, 0, ink, sign * height, sign * height * 2 * PART);
        return;
    }
    int64_t first = low >> 8, last = low == high ? first : (high - 1) >> 8;
    if (last > on->side) last = on->side;
    int32_t before = 0;
    double rise = (double)height, run = (double)(high - low);
    if (first < 0) { /* what lies left of the picture covers all of the row */
        before = (int32_t)whole((double)-low * rise / run);
        meet(on, row, 0, ink, sign * before, sign * before * 2 * PART);
        first = 0, low = 0;
    }
    int64_t begin = xa < xb ? xa : xb;
    for (int64_t column = first; column <= last; column++) {
        int64_t left = column * PART, right = left + PART;
        int64_t here = low > left ? low : left, there = high < right ? high : right;
        int32_t until = there == high ? height : (int32_t)whole((double)(there - begin) * rise / run);
        int32_t cover = sign * (until - before);
        meet(on, row, column, ink, cover, cover * (int32_t)(2 * PART - (here - left) - (there - left)));
        before = until;
    }
}

static void edge(Canvas *on, int64_t x0, int64_t y0, int64_t x1, int64_t y1, int32_t ink)
{
    int64_t limit = (int64_t)on->side * PART;
    int32_t sign = 1;
    if (y0 == y1 || (x0 >= limit && x1 >= limit)) return;
    if (y0 > y1) {
        int64_t x = x0, y = y0;
        x0 = x1, y0 = y1, x1 = x, y1 = y, sign = -1;
    }
    if (y1 <= 0 || y0 >= limit) return;
    int64_t first = y0 > 0 ? y0 >> 8 : 0, last = ((y1 < limit ? y1 : limit) - 1) >> 8;
    double run = (double)(x1 - x0), rise = (double)(y1 - y0);
    int64_t top = y0 > 0 ? y0 : 0, xa = top == y0 ? x0 : x0 + whole((double)(top - y0) * run / rise);
    for (int64_t row = first; row <= last; row++) {
        int64_t under = (row + 1) * PART, bottom = y1 < under ? y1 : under;
        int64_t xb = bottom == y1 ? x1 : x0 + whole((double)(bottom - y0) * run / rise);
        across(on, (int32_t)row, xa, xb, (int32_t)(bottom - top), sign, ink);
        top = bottom, xa = xb;
    }
}

typedef struct { int64_t at[4]; int32_t ink, is; } Drawn;
typedef struct { Drawn *slots; uint64_t mask; } Once;

/* Whether a stretch is new in its ink: borders are drawn once, though both who share one have it. */
static int is_new(Once *drawn, const int64_t *e, int32_t ink)
{
    uint64_t hash = (uint64_t)ink;
    for (int i = 0; i < 4; i++) hash = (hash ^ (uint64_t)e[i]) * 0x9E3779B97F4A7C15u, hash ^= hash >> 29;
    uint64_t slot = hash & drawn->mask;
    for (; drawn->slots[slot].is; slot = (slot + 1) & drawn->mask)
        if (drawn->slots[slot].ink == ink && !memcmp(drawn->slots[slot].at, e, sizeof drawn->slots[slot].at)) return 0;
    memcpy(drawn->slots[slot].at, e, sizeof drawn->slots[slot].at);
    drawn->slots[slot].ink = ink, drawn->slots[slot].is = 1;
    return 1;
}

/* A stretch drawn ``2 * half`` wide, as a rectangle; from its upper end, so that it is the same both ways. */
static void stroke(Canvas *on, const int64_t *given, double half, int32_t ink, Once *drawn)
{
    int swap = given[1] > given[3] || (given[1] == given[3] && given[0] > given[2]);
    int64_t e[4] = {given[swap ? 2 : 0], given[swap ? 3 : 1], given[swap ? 0 : 2], given[swap ? 1 : 3]};
    int64_t limit = (int64_t)on->side * PART, reach = (int64_t)half + 1;
    if ((e[0] < -reach && e[2] < -reach) || e[3] < -reach || e[1] > limit + reach) return;
    if (e[0] > limit + reach && e[2] > limit + reach) return;
    double run = (double)(e[2] - e[0]), rise = (double)(e[3] - e[1]), length = sqrt(run * run + rise * rise);
    if (!(length > 0) || !is_new(drawn, e, ink)) return;
    int64_t x = whole(rise / length * half + 0.5), y = whole(-run / length * half + 0.5);
    edge(on, e[0] + x, e[1] + y, e[2] + x, e[3] + y, ink);
    edge(on, e[2] + x, e[3] + y, e[2] - x, e[3] - y, ink);
    edge(on, e[2] - x, e[3] - y, e[0] - x, e[1] - y, ink);
    edge(on, e[0] - x, e[1] - y, e[0] + x, e[1] + y, ink);
}

static void stroke_all(Canvas *on, const int64_t *edges, const int64_t *ends, int32_t rows, int32_t width,
                       const int32_t *ink)
{
    uint64_t room = 16;
    while (room < 2 * (uint64_t)(ends[rows] - ends[0])) room *= 2;
    Once drawn = {calloc(room, sizeof *drawn.slots), room - 1};
    if (!drawn.slots) {
        on->wrong = 1;
        return;
    }
    for (int32_t row = 0; row < rows; row++)
        for (int64_t at = ends[row]; at < ends[row + 1]; at++) stroke(on, edges + 4 * at, width / 2.0, ink[row], &drawn);
    free(drawn.slots);
}

static void fill_all(Canvas *on, const int64_t *edges, const int64_t *ends, int32_t rows, const int32_t *ink)
{
    for (int32_t row = 0; row < rows; row++)
        for (int64_t at = ends[row]; at < ends[row + 1]; at++)
            edge(on, edges[4 * at], edges[4 * at + 1], edges[4 * at + 2], edges[4 * at + 3], ink[row]);
}

/* Colours are premultiplied parts of ONE; the last is alpha. */
static const uint32_t *colour_at(const Canvas *on, int32_t ink, uint32_t pixel)
{
    uint32_t row = pixel / (uint32_t)on->side % (uint32_t)on->period, column = pixel % (uint32_t)on->side;
    uint32_t place = row * (uint32_t)on->period + column % (uint32_t)on->period;
    return on->colours + ((size_t)ink * (size_t)(on->period * on->period) + place) * 4;
}

static void blend(Canvas *on, uint32_t pixel, int32_t count, const int32_t *ink, const int32_t *level)
{
    uint32_t above[4] = {0, 0, 0, 0};
    for (int32_t i = 0; i < count; i++) {
        if (!level[i]) continue;
        const uint32_t *own = colour_at(on, ink[i], pixel);
        for (int each = 0; each < 4; each++) above[each] += (uint32_t)level[i] * own[each];
    }
    int32_t state = on->state[pixel];
    if (state <= on->inks) {
        if (on->mix_count == on->mix_room) {
            size_t room = on->mix_room * 2 + 4096;
            Mix *mixes = realloc(on->mixes, room * sizeof *mixes);
            if (!mixes) { on->wrong = 1; return; }
            on->mixes = mixes, on->mix_room = room;
        }
        Mix *made = on->mixes + on->mix_count;
        made->pixel = pixel;
        if (state) memcpy(made->colour, colour_at(on, state - 1, pixel), sizeof made->colour);
        else memset(made->colour, 0, sizeof made->colour);
        state = on->state[pixel] = 1 + on->inks + (int32_t)on->mix_count++;
    }
    uint32_t *mix = on->mixes[state - 1 - on->inks].colour;
    for (int each = 0; each < 4; each++) above[each] = (above[each] + LEVELS / 2) / LEVELS;
    uint64_t through = ONE - above[3];
    for (int each = 0; each < 4; each++) mix[each] = above[each] + (uint32_t)((mix[each] * through + ONE / 2) / ONE);
}

/* What covers ``count`` pixels alike: shares become levels so that they add up to that of their sum. */
static void lay(Canvas *on, uint32_t pixel, int32_t count, int32_t inks)
{
    int64_t total = 0, sum = 0, before = 0;
    for (int32_t i = 0; i < inks; i++) total += on->value[i];
    int64_t most = total > FULL ? total : FULL;
    int32_t *level = on->value, only = -1;
    for (int32_t i = 0; i < inks; i++) {
        sum += on->value[i];
        int64_t until = (2 * LEVELS * sum + most) / (2 * most);
        level[i] = (int32_t)(until - before), before = until;
        if (level[i] == LEVELS) only = on->active[i];
    }
    if (!before) return;
    for (int32_t i = 0; i < count; i++, pixel++) {
        if (only >= 0 && !on->state[pixel]) on->state[pixel] = only + 1, on->used[only] = 1;
        else blend(on, pixel, inks, on->active, level);
    }
}

static int32_t value_of(int64_t area)
{
    if (area < 0) area = -area;
    return area < FULL ? (int32_t)area : FULL;
}

static void include(Canvas *on, int32_t *count, int32_t ink) /* in the active ones, which ascend */
{
    int32_t at = *count;
    while (at && on->active[at - 1] >= ink) at--;
    if (at < *count && on->active[at] == ink) return;
    memmove(on->active + at + 1, on->active + at, (size_t)(*count - at) * sizeof *on->active);
    on->active[at] = ink;
    ++*count;
}

static void lay_even(Canvas *on, uint32_t first, int32_t from, int32_t until, int32_t count)
{
    if (from >= until || !count) return;
    for (int32_t i = 0; i < count; i++) on->value[i] = value_of((int64_t)on->cover[on->active[i]] * 2 * PART);
    lay(on, first + (uint32_t)from, until - from, count);
}

static int32_t pass(Canvas *on, uint32_t pixel, int32_t count)
{
    for (int32_t at = on->head[pixel]; at; at = on->cells[at - 1].next) {
        include(on, &count, on->cells[at - 1].ink);
        on->area[on->cells[at - 1].ink] = on->cells[at - 1].area;
    }
    for (int32_t i = 0; i < count; i++) {
        int32_t ink = on->active[i];
        on->value[i] = value_of((int64_t)on->cover[ink] * 2 * PART + on->area[ink]);
        on->area[ink] = 0;
    }
    lay(on, pixel, 1, count);
    for (int32_t at = on->head[pixel]; at; at = on->cells[at - 1].next)
        on->cover[on->cells[at - 1].ink] += on->cells[at - 1].cover;
    on->head[pixel] = 0;
    int32_t kept = 0;
    for (int32_t i = 0; i < count; i++)
        if (on->cover[on->active[i]]) on->active[kept++] = on->active[i];
    return kept;
}

static void sweep(Canvas *on)
{
    for (int32_t row = 0; row < on->side; row++) {
        uint32_t first = (uint32_t)(row * on->side);
        int32_t at = 0, count = 0;
        for (int32_t word = 0; word < on->words; word++) {
            uint64_t bits = on->marks[row * on->words + word];
            on->marks[row * on->words + word] = 0;
            for (; bits; bits &= bits - 1) {
                int32_t column = word * 64 + __builtin_ctzll(bits);
                lay_even(on, first, at, column, count);
                count = pass(on, first + (uint32_t)column, count);
                at = column + 1;
            }
        }
        lay_even(on, first, at, on->side, count);
        for (int32_t i = 0; i < count; i++) on->cover[on->active[i]] = 0;
    }
    on->cell_count = 0;
}

/* Each colour once: those in ``from``, into ``to``; ``place`` of each. ``slots`` holds 2 ** bits numbers. */
static uint32_t once(const uint32_t *from, size_t count, uint32_t *to, uint32_t *place, uint32_t *slots, int bits)
{
    uint32_t found = 0, mask = ((uint32_t)1 << bits) - 1;
    memset(slots, 0, ((size_t)mask + 1) * sizeof *slots);
    for (size_t i = 0; i < count; i++) {
        uint32_t slot = from[i] * 2654435769u >> (32 - bits);
        while (slots[slot] && to[slots[slot] - 1] != from[i]) slot = (slot + 1) & mask;
        if (!slots[slot]) to[found++] = from[i], slots[slot] = found;
        place[i] = slots[slot] - 1;
    }
    return found;
}

static int by_value(const void *one, const void *other)
{
    uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
    return (a > b) - (a < b);
}

static uint32_t coarser(uint32_t colour, const uint8_t *steps)
{
    uint8_t part[4];
    memcpy(part, &colour, 4);
    for (int each = 0; each < 4; each++) part[each] = steps[part[each]];
    memcpy(&colour, part, 4);
    return colour;
}

/* Colours made fewer than ``room``, into ``table`` in order; ``place`` of each among them. Returns how many; -1 without
   memory. */
static int32_t fewer(const uint32_t *colours, size_t count, const uint8_t *steps, int32_t room, uint32_t *table,
                     uint32_t *place)
{
    int bits = 4;
    while (((size_t)1 << bits) < 2 * count + 2) bits++;
    uint32_t *memory = malloc((5 * count + ((size_t)1 << bits) + 1) * sizeof *memory);
    if (!memory) return -1;
    uint32_t *exact = memory, *rounded = exact + count, *less = rounded + count, *again = less + count;
    uint32_t *rank = again + count, *slots = rank + count;
    uint32_t distinct = once(colours, count, exact, place, slots, bits), left = distinct;
    memcpy(less, exact, distinct * sizeof *exact);
    for (uint32_t i = 0; i < distinct; i++) again[i] = i;
    for (int step = 0; step < COARSER && (int32_t)left > room; step++) {
        for (uint32_t i = 0; i < distinct; i++) rounded[i] = coarser(exact[i], steps + step * COLOURS);
        left = once(rounded, distinct, less, again, slots, bits);
    }
    memcpy(table, less, left * sizeof *less);
    qsort(table, left, sizeof *table, by_value);
    for (uint32_t i = 0; i < left; i++)
        rank[i] = (uint32_t)((uint32_t *)bsearch(less + i, table, left, sizeof *table, by_value) - table);
    for (size_t i = 0; i < count; i++) place[i] = rank[again[place[i]]];
    free(memory);
    return (int32_t)left;
}

static uint32_t plain(const uint32_t *mix)
{
    uint32_t a = mix[3], found = 0;
    uint8_t part[4] = {0, 0, 0, (uint8_t)(((uint64_t)a * 255 + ONE / 2) / ONE)};
    for (int each = 0; part[3] && each < 3; each++) {
        uint64_t value = ((uint64_t)mix[each] * 255 + a / 2) / a;
        part[each] = (uint8_t)(value < 255 ? value : 255);
    }
    memcpy(&found, part, 4);
    return found;
}

/* Squares of ``period`` a side by ink: the ``places`` of their colours among ``solid[begins[ink]…]``. */
typedef struct { const uint8_t *places, *steps; const uint32_t *solid; const int32_t *begins; } Inks;

static void write_row(const Canvas *on, int32_t row, const uint8_t *wide, const int32_t *base, const uint8_t *mixed,
                      uint8_t *to)
{
    const int32_t *state = on->state + row * on->side;
    for (int32_t at = 0; at < on->side;) {
        int32_t here = state[at], until = at + 1;
        if (here > on->inks) {
            to[at++] = mixed[here - 1 - on->inks];
            continue;
        }
        while (until < on->side && state[until] == here) until++;
        if (!here) memset(to + at, 0, (size_t)(until - at));
        else
            memcpy(to + at, wide + (size_t)(base[here - 1] * on->period + row % on->period) * (size_t)on->side + at,
                   (size_t)(until - at));
        at = until;
    }
}

/* The index image, each row after the 0 of PNG's filter "none", and its table of at most COLOURS; returns the size of
   that, or -1 without memory. */
static int32_t finish(Canvas *on, const Inks *inks, uint8_t *index, uint32_t *table)
{
    int32_t solids = 1, wides = 0, size = -1, period = on->period;
    for (int32_t ink = 0; ink < on->inks; ink++)
        if (on->used[ink]) solids += inks->begins[ink + 1] - inks->begins[ink], wides++;
    int joined = solids > MOST_SOLID;
    size_t more = joined ? (size_t)solids - 1 : 0, count = more + on->mix_count;
    uint32_t *colours = malloc((2 * count + COLOURS * 2 + 2) * sizeof *colours), *place = colours + count;
    uint8_t *wide = malloc((size_t)(wides * period * on->side) + on->mix_count + 1);
    int32_t *base = malloc((size_t)(on->inks + 1) * sizeof *base);
    uint32_t fresh[COLOURS];
    if (!colours || !wide || !base) goto end;
    table[0] = 0;
    for (int32_t ink = 0, at = 0; ink < on->inks; ink++) {
        if (!on->used[ink]) continue;
        int32_t many = inks->begins[ink + 1] - inks->begins[ink];
        memcpy(joined ? colours + at : table + 1 + at, inks->solid + inks->begins[ink], (size_t)many * sizeof *table);
        at += many;
    }
    for (size_t i = 0; i < on->mix_count; i++) colours[more + i] = plain(on->mixes[i].colour);
    int32_t first = joined ? 1 : solids;
    int32_t found = count ? fewer(colours, count, inks->steps, COLOURS - first, fresh, place) : 0;
    if (found < 0) goto end;
    memcpy(table + first, fresh, (size_t)found * sizeof *table);
    size = first + found;
    uint8_t *mixed = wide + (size_t)(wides * period * on->side);
    for (size_t i = 0; i < on->mix_count; i++) mixed[i] = (uint8_t)((uint32_t)first + place[more + i]);
    for (int32_t ink = 0, at = 0, nth = 0; ink < on->inks; ink++) {
        if (!on->used[ink]) continue;
        const uint8_t *own = inks->places + (size_t)(ink * period * period);
        uint8_t *to = wide + (size_t)(nth * period * on->side);
        for (int32_t row = 0; row < period; row++, own += period, to += on->side) {
            for (int32_t i = 0; i < period; i++) to[i] = (uint8_t)(1 + (joined ? place[at + own[i]] : (uint32_t)(at + own[i])));
            for (int32_t i = period; i < on->side; i += period) memcpy(to + i, to, (size_t)period);
        }
        base[ink] = nth++;
        at += inks->begins[ink + 1] - inks->begins[ink];
    }
    for (int32_t row = 0; row < on->side; row++, index += on->side) {
        *index++ = 0;
        write_row(on, row, wide, base, mixed, index);
    }
end:
    free(colours), free(wide), free(base);
    return size;
}

typedef struct { int32_t first, last, width; } Layer;

/* Memory that no picture uses at the moment: asking the system for its pages anew takes longer than a small picture. Who
   takes it or puts it back holds the interpreter's lock. */
typedef struct { void *planes; size_t size; Cell *cells; Mix *mixes; size_t cell_room, mix_room; } Memory;
static Memory spare;

static int begin(Canvas *on, Memory *memory)
{
    size_t pixels = (size_t)on->side * (size_t)on->side, inks = (size_t)on->inks + 1;
    on->words = (on->side + 63) / 64;
    size_t marks = (size_t)(on->side * on->words) * sizeof *on->marks;
    size_t areas = inks * sizeof *on->area, size = marks + areas + (2 * pixels + 3 * inks) * sizeof *on->head + inks;
    if (memory->size < size) {
        free(memory->planes);
        memory->size = 0, memory->planes = malloc(size);
        if (!memory->planes) return -1;
        memory->size = size;
    }
    memset(memory->planes, 0, size);
    on->marks = memory->planes, on->area = (int64_t *)((char *)memory->planes + marks);
    on->head = (int32_t *)((char *)memory->planes + marks + areas), on->state = on->head + pixels;
    on->cover = on->state + pixels, on->active = on->cover + inks, on->value = on->active + inks, on->used = (uint8_t *)(on->value + inks);
    on->cells = memory->cells, on->cell_room = memory->cell_room;
    on->mixes = memory->mixes, on->mix_room = memory->mix_room;
    return 0;
}

static void end(Canvas *on, Memory *memory)
{
    if (on->head) {
        memory->cells = on->cells, memory->cell_room = on->cell_room;
        memory->mixes = on->mixes, memory->mix_room = on->mix_room;
    }
    Memory other = spare;
    if (memory->size < other.size) other = *memory;
    else spare = *memory;
    free(other.planes), free(other.cells), free(other.mixes);
}

static void draw(Canvas *on, const int64_t *edges, const int64_t *ends, const Layer *layers, Py_ssize_t count,
                 const int32_t *ink)
{
    for (Py_ssize_t i = 0; i < count && !on->wrong; i++) {
        int32_t rows = layers[i].last - layers[i].first;
        if (layers[i].width) stroke_all(on, edges, ends + layers[i].first, rows, layers[i].width, ink);
        else fill_all(on, edges, ends + layers[i].first, rows, ink);
        if (!on->wrong) sweep(on);
        ink += rows;
    }
}

static void release(Py_buffer *views, int count)
{
    for (int i = 0; i < count; i++) PyBuffer_Release(views + i);
}

PyDoc_STRVAR(paint_doc,
"paint(side, period, edges, ends, layers, inks, colours, places, solid, begins, steps)\n\n"
"The index image and its table of colours, as bytes; see ``geo.painting.indexed``.");

static PyObject *py_paint(PyObject *self, PyObject *args)
{
    Py_buffer v[9] = {{0}};
    Canvas on;
    memset(&on, 0, sizeof on);
    if (!PyArg_ParseTuple(args, "iiy*y*y*y*y*y*y*y*y*", &on.side, &on.period, v, v + 1, v + 2, v + 3, v + 4, v + 5, v + 6,
                          v + 7, v + 8))
        return NULL;
    on.colours = v[4].buf, on.inks = (int32_t)(v[7].len / (Py_ssize_t)sizeof(int32_t)) - 1;
    Inks inks = {v[5].buf, v[8].buf, v[6].buf, v[7].buf};
    uint32_t table[COLOURS + 1];
    int32_t size = -1;
    PyObject *index = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)on.side * (on.side + 1)), *found = NULL;
    Memory memory = spare;
    memset(&spare, 0, sizeof spare);
    if (index) {
        Py_BEGIN_ALLOW_THREADS
        if (!begin(&on, &memory)) {
            draw(&on, v[0].buf, v[1].buf, v[2].buf, v[2].len / (Py_ssize_t)sizeof(Layer), v[3].buf);
            if (!on.wrong) size = finish(&on, &inks, (uint8_t *)PyBytes_AS_STRING(index), table);
        }
        Py_END_ALLOW_THREADS
        if (size < 0) PyErr_NoMemory();
        else found = Py_BuildValue("Oy#", index, (const char *)table, (Py_ssize_t)size * 4);
    }
    Py_XDECREF(index);
    end(&on, &memory);
    release(v, 9);
    return found;
}

/* ``left`` and ``top`` in units of the tile, of which a pixel has ``PART / factor``. */
typedef struct { int64_t shift, left, top, factor, low, high; } Frame;
typedef struct { int64_t x, y; } Point;
typedef struct { int64_t *at; size_t size, room; } Edges;

static Point point_of(const int32_t *at, const Frame *on)
{
    int64_t x = at[0], y = at[1], half = on->shift > 0 ? (int64_t)1 << on->shift >> 1 : 0;
    if (on->shift >= 0) x = (x + half) >> on->shift, y = (y + half) >> on->shift;
    else x *= (int64_t)1 << -on->shift, y *= (int64_t)1 << -on->shift;
    Point found = {(x - on->left) * on->factor, (y - on->top) * on->factor};
    return found;
}

static int add(Edges *to, Point a, Point b, const Frame *on)
{
    if ((a.y < on->low && b.y < on->low) || (a.y > on->high && b.y > on->high)) return 0;
    if ((a.x > on->high && b.x > on->high) || (a.x == b.x && a.y == b.y)) return 0;
    if (to->size == to->room) {
        size_t room = to->room * 2 + 1024;
        int64_t *at = realloc(to->at, room * 4 * sizeof *at);
        if (!at) return -1;
        to->at = at, to->room = room;
    }
    int64_t *edge = to->at + 4 * to->size++;
    edge[0] = a.x, edge[1] = a.y, edge[2] = b.x, edge[3] = b.y;
    return 0;
}

static int follow(const int32_t *table, const int32_t *refs, int64_t count, const Frame *on, int closed, Edges *to)
{
    if (count < 2) return 0;
    Point first = point_of(table + 2 * (size_t)refs[0], on), before = first;
    for (int64_t i = 1; i < count; i++) {
        Point here = point_of(table + 2 * (size_t)refs[i], on);
        if (add(to, before, here, on)) return -1;
        before = here;
    }
    return closed ? add(to, before, first, on) : 0;
}

PyDoc_STRVAR(outlines_doc,
"outlines(table, refs, parts, versions, kind, rows, shift, left, top, factor, low, high)\n\n"
"Stretches of the versions ``rows`` that may matter between ``low`` and ``high``, and where those of each end.");

static PyObject *py_outlines(PyObject *self, PyObject *args)
{
    Py_buffer v[6] = {{0}};
    long long f[6];
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*y*LLLLLL", v, v + 1, v + 2, v + 3, v + 4, v + 5, f, f + 1, f + 2, f + 3, f + 4,
                          f + 5))
        return NULL;
    Frame frame = {f[0], f[1], f[2], f[3], f[4], f[5]};
    const int64_t *parts = v[2].buf, *versions = v[3].buf;
    const int32_t *refs = v[1].buf, *rows = v[5].buf;
    Py_ssize_t count = v[5].len / (Py_ssize_t)sizeof *rows;
    Edges to = {NULL, 0, 0};
    int wrong = 0;
    PyObject *ends = PyBytes_FromStringAndSize(NULL, (count + 1) * (Py_ssize_t)sizeof(int64_t)), *found = NULL;
    int64_t *end = ends ? (int64_t *)PyBytes_AS_STRING(ends) : NULL;
    if (end) {
        Py_BEGIN_ALLOW_THREADS
        *end = 0;
        for (Py_ssize_t i = 0; i < count && !wrong; i++) {
            for (int64_t part = versions[rows[i]]; part < versions[rows[i] + 1] && !wrong; part++)
                wrong = follow(v[0].buf, refs + parts[part], parts[part + 1] - parts[part], &frame,
                               ((const uint8_t *)v[4].buf)[rows[i]] == 3, &to);
            end[i + 1] = (int64_t)to.size;
        }
        Py_END_ALLOW_THREADS
        if (wrong) PyErr_NoMemory();
        else found = Py_BuildValue("y#O", to.at ? (const char *)to.at : "", (Py_ssize_t)(to.size * 32), ends);
    }
    free(to.at);
    Py_XDECREF(ends);
    release(v, 6);
    return found;
}

static PyMethodDef methods[] = {
    {"paint", py_paint, METH_VARARGS, paint_doc},
    {"outlines", py_outlines, METH_VARARGS, outlines_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "geo.shares", "Pictures of few colours from polygons and strokes.", -1, methods,
};

PyMODINIT_FUNC PyInit_shares(void) { return PyModule_Create(&module); }
