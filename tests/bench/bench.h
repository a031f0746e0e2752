/* SPDX-License-Identifier: MIT */
/* The frame of the benchmark: rows that compare ours with a peer, measured in turns in one process.
 *
 * A row has two sides.  Each is set up once; then a round of each, not counted, warms it up; then they
 * take turns, so that whatever else the machine does meets both.  A round gives one figure; what is
 * told is the median of a side's rounds, with the smallest and the largest.  Each row has a process of
 * its own: no row finds the memory, threads or descriptors of another. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for the reason why a side is not measured. */
#define BENCH_WHY 256

/* What one round does. */
typedef struct bench_load {
    uint64_t n;      /* how often */
    uint64_t window; /* at most so many at the same time; 0: n */
    int64_t gap;     /* nanoseconds of rest before each; 0: none */
    size_t resident; /* bytes of memory that this process holds besides */
} bench_load;

/* One side of a comparison. */
typedef struct bench_side {
    const char *name; /* for people; NULL: there is no such side */
    /* The side's state; NULL with the reason in why (of BENCH_WHY bytes) if it is not there. */
    void *(*set_up)(const bench_load *load, char *why);
    /* One round: its figure in the row's unit. */
    double (*measure)(void *state, const bench_load *load);
    void (*tear_down)(void *state);
} bench_side;

typedef enum bench_better { BENCH_HIGHER, BENCH_LOWER } bench_better;

typedef struct bench_row {
    const char *name; /* SUBJECT.WHAT or SUBJECT.WHAT.PEER, unique */
    const char *unit;
    bench_better better;
    bench_load load;
    uint64_t n_smoke; /* instead of load.n when only trying out whether everything works */
    const bench_side *ours;
    const bench_side *peer; /* NULL: there is none to compare with */
    bool
        once; /* one round of each side, and none to warm it up: it is long, or the first one tells */
} bench_row;

/* The rows of one subject. */
typedef struct bench_table {
    const bench_row *rows;
    size_t n;
} bench_table;

/* What the rounds of one side came to; n is 0 if it was not measured, then why says why. */
typedef struct bench_figures {
    uint32_t n;
    double median, min, max;
    char why[BENCH_WHY];
} bench_figures;

typedef struct bench_result {
    const bench_row *row;
    bench_figures ours, peer;
    double ratio; /* above 1: ours is better; 0: there is nothing to compare */
} bench_result;

/* Measures a row in so many rounds. */
void bench_measure(const bench_row *row, uint32_t rounds, bench_result *result_out);

/* Ends this process, saying why: nothing it measured would be worth anything. */
_Noreturn void bench_die(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));

/* ---- for sides ------------------------------------------------------------------------------- */

/* The monotonic clock, in nanoseconds. */
int64_t bench_now(void);

/* How many of n in a second, begun at start. */
double bench_rate(uint64_t n, int64_t start);

/* Rests without using the processor. */
void bench_rest(int64_t nanoseconds);

/* The median of load's n times that once() takes, in microseconds, each after a gap. */
double bench_round_trips(const bench_load *load, void (*once)(void *state), void *state);

/* Sorts the values; the median of n > 0. */
double bench_median(double *values, size_t n);

/* The window of a load. */
uint64_t bench_window(const bench_load *load);

/* Bytes that are allocated now, with what malloc() adds to them. */
double bench_allocated(void);

/* Bytes of this process that are in memory. */
uint64_t bench_resident(void);

#endif
