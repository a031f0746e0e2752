/* SPDX-License-Identifier: MIT */
/*
 * Runs the tests of a Criterion program, each in a process of its own.
 *
 *     PROGRAM [--list] [--filter SUITE/NAME] [--jobs N]
 *
 * Criterion starts the program anew for each test; here a test is a fork of it, which is much faster,
 * above all under a sanitizer.  Words, checks and order of fixtures are
 * Criterion's: criterion.c defines what its macros call.
 *
 * A test ends by exit(), so that what a sanitizer says at the end makes its status wrong, and the
 * test fail.
 */
#include "support/runner.h"

#include <fnmatch.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The linker's names for where the macros put the tests and suites of all files. */
extern struct criterion_test *__start_cr_tst[], *__stop_cr_tst[];
extern struct criterion_suite *__start_cr_sts[] __attribute__((weak));
extern struct criterion_suite *__stop_cr_sts[] __attribute__((weak));

typedef struct runner {
    ez_test *tests;
    size_t n, n_failed, n_skipped;
} runner;

static const struct criterion_suite *
find_suite(const char *name)
{
    for (struct criterion_suite **at = __start_cr_sts; at < __stop_cr_sts; at++) {
        if (*at != NULL && strcmp((*at)->name, name) == 0) {
            return *at;
        }
    }
    return NULL;
}

static int
compare(const void *a, const void *b)
{
    const struct criterion_test *x = ((const ez_test *)a)->test, *y = ((const ez_test *)b)->test;
    int by_suite = strcmp(x->category, y->category);

    return by_suite != 0 ? by_suite : strcmp(x->name, y->name);
}

static bool
is_wanted(const struct criterion_test *test, const char *filter)
{
    char name[512];

    snprintf(name, sizeof name, "%s/%s", test->category, test->name);
    return filter == NULL || fnmatch(filter, name, 0) == 0;
}

static void
collect(runner *self, const char *filter)
{
    size_t room = (size_t)(__stop_cr_tst - __start_cr_tst);
    ez_test_report *reports = mmap(NULL, room * sizeof *reports, PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    self->tests = calloc(room, sizeof *self->tests);
    if (self->tests == NULL || reports == MAP_FAILED) {
        perror("runner");
        exit(EXIT_FAILURE);
    }
    for (struct criterion_test **at = __start_cr_tst; at < __stop_cr_tst; at++) {
        if (*at != NULL && is_wanted(*at, filter)) {
            self->tests[self->n] = (ez_test){
                .test = *at, .suite = find_suite((*at)->category), .report = &reports[self->n]};
            self->n++;
        }
    }
    qsort(self->tests, self->n, sizeof *self->tests, compare);
}

static void
start(ez_test *self)
{
    fprintf(stderr, "[RUN ] %s::%s\n", self->test->category, self->test->name);
    clock_gettime(CLOCK_MONOTONIC, &self->start);
    self->process = fork();
    if (self->process == 0) {
        ez_test_run(self);
    }
    if (self->process < 0) {
        perror("runner: fork");
        exit(EXIT_FAILURE);
    }
}

static bool
ended_as_expected(const ez_test *self, int status)
{
    const struct criterion_test_extra_data *expected = self->test->data;

    return expected->signal != 0 ? WIFSIGNALED(status) && WTERMSIG(status) == expected->signal
                                 : WIFEXITED(status) && WEXITSTATUS(status) == expected->exit_code;
}

static void
judge(runner *self, const ez_test *test, int status, const struct rusage *used)
{
    bool as_expected = ended_as_expected(test, status);
    bool passed = as_expected && test->report->failures == 0;
    struct timespec now;
    double seconds, on_cpu;

    clock_gettime(CLOCK_MONOTONIC, &now);
    seconds = (double)(now.tv_sec - test->start.tv_sec) +
              (double)(now.tv_nsec - test->start.tv_nsec) / 1e9;
    on_cpu = (double)(used->ru_utime.tv_sec + used->ru_stime.tv_sec) +
             (double)(used->ru_utime.tv_usec + used->ru_stime.tv_usec) / 1e6;
    if (!as_expected) {
        fprintf(stderr, "[----] %s::%s: its process ended with %s %d\n", test->test->category,
                test->test->name, WIFSIGNALED(status) ? "signal" : "status",
                WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    }
    fprintf(stderr, "[%s] %s::%s: (%.2fs, %.2fs of CPU) %s\n",
            !passed                 ? "FAIL"
            : test->report->skipped ? "SKIP"
                                    : "PASS",
            test->test->category, test->test->name, seconds, on_cpu, test->report->why);
    self->n_failed += !passed;
    self->n_skipped += passed && test->report->skipped;
}

/* Waits for one of those that run. */
static void
reap(runner *self)
{
    struct rusage used; /* by the test, and by what it has waited for */
    int status;
    pid_t process = wait4(-1, &status, 0, &used);

    for (ez_test *test = self->tests; test < self->tests + self->n; test++) {
        if (test->process == process) {
            judge(self, test, status, &used);
            return;
        }
    }
}

static int
run_all(runner *self, size_t jobs)
{
    for (size_t i = 0; i < self->n; i++) {
        if (i >= jobs) {
            reap(self);
        }
        start(&self->tests[i]);
    }
    for (size_t left = self->n < jobs ? self->n : jobs; left > 0; left--) {
        reap(self);
    }
    fprintf(stderr, "[====] Tested: %zu | Passing: %zu | Failing: %zu | Skipped: %zu\n", self->n,
            self->n - self->n_failed - self->n_skipped, self->n_failed, self->n_skipped);
    return self->n == 0 || self->n_failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int
list_all(const runner *self)
{
    for (size_t i = 0; i < self->n; i++) {
        printf("%s/%s\n", self->tests[i].test->category, self->tests[i].test->name);
    }
    return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
    static const struct option options[] = {{"list", no_argument, NULL, 'l'},
                                            {"filter", required_argument, NULL, 'f'},
                                            {"jobs", required_argument, NULL, 'j'},
                                            {0}};
    long jobs = sysconf(_SC_NPROCESSORS_ONLN);
    const char *filter = NULL;
    runner self = {0};
    bool list = false;
    int status;

    for (int option; (option = getopt_long(argc, argv, "lf:j:", options, NULL)) != -1;) {
        switch (option) {
        case 'l':
            list = true;
            break;
        case 'f':
            filter = optarg;
            break;
        case 'j':
            jobs = atol(optarg);
            break;
        default:
            return 2;
        }
    }
    collect(&self, filter);
    status = list ? list_all(&self) : run_all(&self, jobs > 0 ? (size_t)jobs : 1);
    free(self.tests);
    return status;
}
