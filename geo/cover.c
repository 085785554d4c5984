/* Which polygons cover which dated points: the same pairs as grid_index.py finds. A point so near to an edge that
   double precision cannot tell on which side it lies is handed back, for GEOS to say.

   Points are counted into cells of ground and spans of days, so that those of a cell and some spans are one run; those
   of a polygon's box and days into strips from south to north, so that each edge meets the points of its strips alone.
   Cells and strips are found by the same rising function for points and for edges: rounding parts no two that meet. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 16, LINES = 64, CELLS = COLUMNS * LINES };
enum { MOST_STRIPS = 4096 };
static const double DOUBT = 3.3306690738754716e-16; /* Shewchuk 1997: (3 + 16 e) e of orient2d, e = 2^-53 */

typedef struct { double west, south, east, north; } Box;
typedef struct { double x, y; } Point;
typedef struct { int32_t *at; size_t size, room; } Numbers;

static int append(Numbers *to, int32_t number)
{
    if (to->size == to->room) {
        size_t room = to->room * 2 + 1024;
        int32_t *at = realloc(to->at, room * sizeof *at);
        if (!at) return -1;
        to->at = at, to->room = room;
    }
    to->at[to->size++] = number;
    return 0;
}

/* The part of ``count`` equal ones from ``low`` to ``high`` that a value lies in; what lies beyond, the outermost. */
static int32_t part_of(double value, double low, double high, int32_t count)
{
    double part = high > low ? (value - low) / (high - low) * count : 0;
    return part > 0 ? part < count ? (int32_t)part : count - 1 : 0;
}

static int32_t column_of(double x, const Box *all) { return part_of(x, all->west, all->east, COLUMNS); }
static int32_t line_of(double y, const Box *all) { return part_of(y, all->south, all->north, LINES); }

/* Points in the order of their cells and spans: ``begins`` of each cell's each span, where they are, their numbers. */
typedef struct { const int32_t *begins, *number; const Point *where; Box all; int64_t spans; } Sorted;

static int sort(const Point *where, const int32_t *span, Sorted *to, int32_t count)
{
    int32_t *begins = (int32_t *)to->begins, *number = (int32_t *)to->number, *key = malloc((size_t)count * sizeof *key);
    Point *places = (Point *)to->where;
    if (count && !key) return -1;
    size_t keys = (size_t)(CELLS * to->spans);
    memset(begins, 0, (keys + 1) * sizeof *begins);
    for (int32_t i = 0; i < count; i++) {
        int32_t cell = line_of(where[i].y, &to->all) * COLUMNS + column_of(where[i].x, &to->all);
        key[i] = (int32_t)(cell * to->spans + span[i]);
        begins[key[i] + 1]++;
    }
    for (size_t i = 0; i < keys; i++) begins[i + 1] += begins[i];
    for (int32_t i = count - 1; i >= 0; i--) { /* ends become beginnings */
        int32_t at = --begins[key[i] + 1];
        places[at] = where[i];
        number[at] = i;
    }
    memmove(begins, begins + 1, keys * sizeof *begins);
    begins[keys] = count;
    free(key);
    return 0;
}

/* Polygons: the ``corners`` of all their rings end to end, and where each row's begin in them. */
typedef struct { const Point *corners; const int32_t *rows; const Box *boxes; } Grounds;

/* The points that one row's box and days hold: their places among the sorted ones; then by strips from south to north,
   where the points of each strip begin, with what is known of each: whether a ray to the east has crossed an odd number
   of edges so far, and whether it lies too near to one. */
typedef struct { Point at; int32_t place; int32_t state; } Met;
typedef struct { Numbers places; Met *points; size_t room; int32_t begins[MOST_STRIPS + 1], strips; double scale; } Scratch;

enum { ODD = 1, DOUBTFUL = 2 };

static int32_t strip_of(double y, const Box *box, const Scratch *of)
{
    double strip = (y - box->south) * of->scale;
    return strip > 0 ? strip < of->strips ? (int32_t)strip : of->strips - 1 : 0;
}

static int lay(const Box *box, const Point *where, Scratch *to)
{
    size_t count = to->places.size;
    if (count > to->room) {
        Met *points = realloc(to->points, 2 * count * sizeof *points);
        if (!points) return -1;
        to->points = points, to->room = 2 * count;
    }
    to->strips = count < MOST_STRIPS ? (int32_t)count : MOST_STRIPS;
    to->scale = box->north > box->south ? to->strips / (box->north - box->south) : 0;
    memset(to->begins, 0, ((size_t)to->strips + 1) * sizeof *to->begins);
    for (size_t i = 0; i < count; i++) to->begins[strip_of(where[to->places.at[i]].y, box, to)]++;
    for (int32_t strip = 0; strip < to->strips; strip++) to->begins[strip + 1] += to->begins[strip];
    for (size_t i = 0; i < count; i++) { /* ends become beginnings */
        Met met = {where[to->places.at[i]], to->places.at[i], 0};
        to->points[--to->begins[strip_of(met.at.y, box, to)]] = met;
    }
    return 0;
}

/* What an edge changes for the points of its strips; with one jump that is rarely taken, for the processor's sake. */
static void cross(const Point *a, const Point *b, Met *p, const Met *end)
{
    double west = a->x < b->x ? a->x : b->x, east = a->x < b->x ? b->x : a->x;
    double south = a->y < b->y ? a->y : b->y, north = a->y < b->y ? b->y : a->y;
    for (; p < end; p++) {
        double x = p->at.x, y = p->at.y;
        int crosses = (south <= y) & (y < north);
        p->state ^= crosses & (x < west);
        if ((x < west) | (x > east) | (y < south) | (y > north)) continue;
        double left = (a->x - x) * (b->y - y), right = (a->y - y) * (b->x - x), turn = left - right;
        if (!crosses || !(fabs(turn) > DOUBT * (fabs(left) + fabs(right)))) p->state |= DOUBTFUL;
        else p->state ^= (turn > 0) == (b->y > a->y);
    }
}

/* A ring ends where it comes back to its first corner. Where that does not add up, as of lines and of rings that meet
   themselves, GEOS must tell of all points. */
static void cross_all(const Grounds *grounds, int32_t row, Scratch *to)
{
    const Box *box = grounds->boxes + row;
    const Point *first = grounds->corners + grounds->rows[row], *end = grounds->corners + grounds->rows[row + 1];
    while (first < end) {
        const Point *corner = first;
        int32_t here = strip_of(first->y, box, to);
        do {
            if (corner + 1 == end) {
                for (size_t i = 0; i < to->places.size; i++) to->points[i].state = DOUBTFUL;
                return;
            }
            int32_t there = strip_of(corner[1].y, box, to);
            int32_t low = here < there ? here : there, high = here < there ? there : here;
            cross(corner, corner + 1, to->points + to->begins[low], to->points + to->begins[high + 1]);
            here = there;
            corner++;
        } while (corner - first < 3 || corner->x != first->x || corner->y != first->y);
        first = corner + 1;
    }
}

/* Places among the sorted points of those in a row's box that ask about its spans ``from`` up to ``until``. */
static int meet(const Box *box, const Sorted *points, int32_t from, int32_t until, Numbers *met)
{
    met->size = 0;
    int32_t west = column_of(box->west, &points->all), east = column_of(box->east, &points->all);
    int32_t north = line_of(box->north, &points->all);
    for (int32_t line = line_of(box->south, &points->all); line <= north; line++) {
        for (int32_t column = west; column <= east; column++) {
            const int32_t *begins = points->begins + (line * COLUMNS + column) * points->spans;
            for (int32_t i = begins[from]; i < begins[until]; i++) {
                const Point *p = points->where + i;
                if (p->x < box->west || p->x > box->east || p->y < box->south || p->y > box->north) continue;
                if (append(met, i)) return -1;
            }
        }
    }
    return 0;
}

static int cover(const Grounds *grounds, const int32_t (*days)[2], int32_t count, const Sorted *points, Numbers *found)
{
    Scratch *scratch = calloc(1, sizeof *scratch);
    int wrong = !scratch;
    for (int32_t row = 0; row < count && !wrong; row++) {
        if (days[row][0] >= days[row][1]) continue;
        const Box *box = grounds->boxes + row;
        wrong = meet(box, points, days[row][0], days[row][1], &scratch->places) || lay(box, points->where, scratch);
        if (wrong || !scratch->places.size) continue;
        cross_all(grounds, row, scratch);
        for (size_t i = 0; i < scratch->places.size && !wrong; i++) {
            const Met *met = scratch->points + i;
            if (!met->state) continue;
            Numbers *to = found + (met->state & DOUBTFUL ? 2 : 0);
            wrong = append(to, points->number[met->place]) || append(to + 1, row);
        }
    }
    if (scratch) {
        free(scratch->places.at);
        free(scratch->points);
    }
    free(scratch);
    return wrong;
}

static void release(Py_buffer *views, int count)
{
    for (int i = 0; i < count; i++) PyBuffer_Release(views + i);
}

PyDoc_STRVAR(sort_doc,
"sort(where, span, west, south, east, north, spans, begins, number, places)\n\n"
"Put points (pairs of doubles; spans and all else 32 bits) in order into the last three, for ``covering``.");

static PyObject *py_sort(PyObject *self, PyObject *args)
{
    Py_buffer v[5] = {{0}};
    Sorted to;
    long long spans;
    if (!PyArg_ParseTuple(args, "y*y*ddddLw*w*w*", v, v + 1, &to.all.west, &to.all.south, &to.all.east, &to.all.north,
                          &spans, v + 2, v + 3, v + 4))
        return NULL;
    to.spans = spans, to.begins = v[2].buf, to.number = v[3].buf, to.where = v[4].buf;
    int wrong;
    int32_t count = (int32_t)(v[1].len / (Py_ssize_t)sizeof(int32_t));
    Py_BEGIN_ALLOW_THREADS
    wrong = sort(v[0].buf, v[1].buf, &to, count);
    Py_END_ALLOW_THREADS
    release(v, 5);
    if (wrong) return PyErr_NoMemory();
    Py_RETURN_NONE;
}

PyDoc_STRVAR(covering_doc,
"covering(corners, rows, boxes, days, west, south, east, north, spans, begins, number, places)\n\n"
"Numbers of points and of the rows that cover them, then of those that are too near to an edge to tell.");

static PyObject *py_covering(PyObject *self, PyObject *args)
{
    Py_buffer v[7] = {{0}};
    Sorted points;
    long long spans;
    if (!PyArg_ParseTuple(args, "y*y*y*y*ddddLy*y*y*", v, v + 1, v + 2, v + 3, &points.all.west, &points.all.south,
                          &points.all.east, &points.all.north, &spans, v + 4, v + 5, v + 6))
        return NULL;
    Grounds grounds = {v[0].buf, v[1].buf, v[2].buf};
    points.spans = spans, points.begins = v[4].buf, points.number = v[5].buf, points.where = v[6].buf;
    Numbers found[4];
    memset(found, 0, sizeof found);
    int32_t count = (int32_t)(v[3].len / (Py_ssize_t)(2 * sizeof(int32_t)));
    int wrong;
    Py_BEGIN_ALLOW_THREADS
    wrong = cover(&grounds, v[3].buf, count, &points, found);
    Py_END_ALLOW_THREADS
    release(v, 7);
    PyObject *all = wrong ? PyErr_NoMemory() : PyTuple_New(4);
    for (int i = 0; i < 4; i++) {
        if (all) {
            const char *at = found[i].at ? (const char *)found[i].at : "";
            PyObject *each = PyBytes_FromStringAndSize(at, (Py_ssize_t)(found[i].size * sizeof(int32_t)));
            if (each) PyTuple_SET_ITEM(all, i, each);
            else Py_CLEAR(all);
        }
        free(found[i].at);
    }
    return all;
}

static PyMethodDef methods[] = {
    {"sort", py_sort, METH_VARARGS, sort_doc},
    {"covering", py_covering, METH_VARARGS, covering_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "geo.cover", "Which polygons cover which dated points.", -1, methods,
};

PyMODINIT_FUNC PyInit_cover(void)
{
    PyObject *made = PyModule_Create(&module);
    if (made && PyModule_AddIntConstant(made, "CELLS", CELLS)) Py_CLEAR(made);
    return made;
}
