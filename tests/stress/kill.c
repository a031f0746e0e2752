/* SPDX-License-Identifier: MIT */
/* Kills a real `execz start` again and again while it is busy, and looks afterwards whether every run time
 * is accounted for.
 *
 * usage: stress_kill [N] [SEED]     N kills, 500 for the figure in docs/PROMISES.md
 *
 * Tasks are due 50 times a second; each writes what it is into a witness file that execz knows nothing of.
 * Half of them are at-most-once: none of their run times may be twice in the witness.  The others are
 * at-least-once: each of their run times is there at least once.  And of all, the history has each run
 * time from the first to the last, as a record or counted as coalesced on one. */
#include <execz/execz.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#define TASKS 10 /* 0 to 4 are at-most-once */
#define INTERVAL (200 * EXECZ_MILLISECOND)
#define PATIENCE_MS 180000

static char *directory; /* of this test */
static int n_wrong;

static void
wrong(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    n_wrong++;
}

static char *
path_of(const char *name)
{
    return g_build_filename(directory, name, NULL);
}

static void
nap(int ms)
{
    (void)poll(NULL, 0, ms);
}

/* ---- execz ----------------------------------------------------------------------------------- */

static void
write_config(void)
{
    g_autoptr(GString) text = g_string_new("[executor:default]\ntype = threadpool\n");
    g_autofree char *path = path_of("kill.conf"), *witness = path_of("witness");

    for (int i = 0; i < TASKS; i++) {
        g_string_append_printf(text,
                               "[task:t%d]\ntrigger = interval(seconds=0.2, "
                               "start_at=2026-01-01T00:00:00Z)\n"
                               "shell = echo $EXECZ_RUN_KEY $EXECZ_ATTEMPT >> %s\n"
                               "max_instances = 5\ndelivery = %s\n",
                               i, witness, i < TASKS / 2 ? "at-most-once" : "at-least-once");
    }
    if (!g_file_set_contents(path, text->str, -1, NULL)) {
        abort();
    }
}

static pid_t
start(void)
{
    g_autofree char *config = path_of("kill.conf"), *state = path_of("state");
    g_autofree char *log = path_of("log");
    pid_t pid = fork();

    if (pid == 0) {
        int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);

        (void)dup2(out, STDOUT_FILENO);
        (void)dup2(out, STDERR_FILENO);
        execl(EXECZ_PROGRAM, "execz", "start", "-c", config, "--state-dir", state, "--no-socket",
              (char *)NULL);
        _exit(127);
    }
    return pid;
}

static off_t
size_of(const char *name)
{
    g_autofree char *path = path_of(name);
    struct stat facts;

    return stat(path, &facts) == 0 ? facts.st_size : 0;
}

/* Whether the log says behind that place that a scheduler has started. */
static bool
has_started(off_t since)
{
    g_autofree char *path = path_of("log");
    g_autofree char *text = NULL;
    gsize length = 0;

    return g_file_get_contents(path, &text, &length, NULL) && (gsize)since < length &&
           strstr(text + since, "SCHEDULER") != NULL;
}

/* Starts one and waits until it runs tasks; -1 if it has ended instead.  What the one before has left
 * behind may write a line, too, but not after this one has started and has submitted something. */
static pid_t
start_busy(void)
{
    off_t log = size_of("log"), witness;
    pid_t pid = start();
    int status = 0, waited = 0;

    while (waited++ < PATIENCE_MS && !has_started(log) && waitpid(pid, &status, WNOHANG) != pid) {
        nap(1);
    }
    for (witness = size_of("witness"); waited++ < PATIENCE_MS && size_of("witness") == witness;) {
        nap(1);
    }
    if (has_started(log) && size_of("witness") > witness) {
        return pid;
    }
    wrong("execz did not run its tasks; its log is in %s", directory);
    return -1;
}

static void
kill_once(void)
{
    pid_t pid = start_busy();

    if (pid > 0) {
        nap((int)g_random_int_range(0, 250));
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
}

/* Once more, and this time it is asked to end: what is left of the last kill is settled. */
static void
end_well(void)
{
    pid_t pid = start_busy();
    int status = 0;

    if (pid < 0) {
        return;
    }
    kill(pid, SIGTERM);
    waitpid(pid, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        wrong("execz did not end well: status %x", status);
    }
}

/* ---- accounts -------------------------------------------------------------------------------- */

typedef struct account {
    GHashTable *witnessed; /* "task@time" -> how often */
    GHashTable *recorded;  /* the same, as the history has them */
    execz_time first[TASKS], last[TASKS];
    uint64_t records[TASKS], coalesced[TASKS];
    uint64_t outcomes[8];
} account;

static unsigned
count_of(GHashTable *table, const char *key)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(table, key));
}

static void
count_up(GHashTable *table, const char *key)
{
    g_hash_table_insert(table, g_strdup(key), GUINT_TO_POINTER(count_of(table, key) + 1));
}

/* "task@nanoseconds" of a line "task@TIME ATTEMPT"; NULL if it is none. */
static char *
key_of_line(char *line)
{
    char *at = strchr(line, '@'), *blank = strchr(line, ' ');
    g_autoptr(GDateTime) time = NULL;

    if (at == NULL || blank == NULL) {
        return NULL;
    }
    *at = *blank = '\0';
    time = g_date_time_new_from_iso8601(at + 1, NULL);
    return time == NULL
               ? NULL
               : g_strdup_printf("%s@%" G_GINT64_FORMAT, line,
                                 g_date_time_to_unix(time) * EXECZ_SECOND +
                                     g_date_time_get_microsecond(time) * EXECZ_MICROSECOND);
}

static void
read_witness(account *self)
{
    g_autofree char *path = path_of("witness");
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return;
    }
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_autofree char *key = key_of_line(*line);

        if (key != NULL) {
            count_up(self->witnessed, key);
        }
    }
}

static char *
key_of(const execz_history_record *record)
{
    return g_strdup_printf("%s@%" G_GINT64_FORMAT, record->task, record->scheduled);
}

static void
take_record(void *user, const execz_history_record *record)
{
    account *self = user;
    g_autofree char *key = key_of(record);
    int task = record->task[1] - '0';
    unsigned seen = count_of(self->witnessed, key);
    bool most = task < TASKS / 2;

    count_up(self->recorded, key);
    self->outcomes[record->outcome & 7]++;
    self->records[task]++;
    if (self->first[task] == 0 || record->scheduled < self->first[task]) {
        self->first[task] = record->scheduled;
    }
    self->last[task] = MAX(self->last[task], record->scheduled);
    self->coalesced[task] += record->coalesced;
    if (most && seen > 1) {
        wrong("%s is at-most-once and has run %u times", key, seen);
    }
    if (!most && record->outcome == EXECZ_OUTCOME_LOST) {
        wrong("%s is at-least-once and lost", key);
    }
    if (record->outcome == EXECZ_OUTCOME_OK && seen == 0) {
        wrong("%s is told as executed and was not seen", key);
    }
    if (count_of(self->recorded, key) > 1) {
        wrong("%s has ended %u times", key, count_of(self->recorded, key));
    }
}

static void
check_witness(account *self)
{
    GHashTableIter at;
    void *key;

    g_hash_table_iter_init(&at, self->witnessed);
    while (g_hash_table_iter_next(&at, &key, NULL)) {
        if (count_of(self->recorded, key) == 0) {
            wrong("%s has run and is not in the history", (const char *)key);
        }
    }
}

static void
check_schedule(const account *self)
{
    for (int i = 0; i < TASKS; i++) {
        uint64_t due = (uint64_t)((self->last[i] - self->first[i]) / INTERVAL) + 1;

        if (self->records[i] + self->coalesced[i] < due) {
            wrong("t%d: %" G_GUINT64_FORMAT " run times were due, %" G_GUINT64_FORMAT
                  " have a record and %" G_GUINT64_FORMAT " are counted on one",
                  i, due, self->records[i], self->coalesced[i]);
        }
    }
}

static void
check(void)
{
    g_autofree char *state = path_of("state");
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    execz_error err = EXECZ_ERROR_INIT;
    execz_scheduler *scheduler;
    account self = {
        .witnessed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .recorded = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };

    options.state_dir = state;
    scheduler = execz_scheduler_new(&options, &err);
    read_witness(&self);
    if (scheduler == NULL || execz_scheduler_start_paused(scheduler, &err) != EXECZ_OK ||
        execz_scheduler_check_store(scheduler, &err) != EXECZ_OK ||
        execz_scheduler_history(scheduler, NULL, take_record, &self, &err) != EXECZ_OK) {
        wrong("%s", err.message);
    }
    check_witness(&self);
    check_schedule(&self);
    printf("%u run times seen, %u recorded: %d ok, %d lost, %d skipped, %d cancelled\n",
           g_hash_table_size(self.witnessed), g_hash_table_size(self.recorded),
           (int)self.outcomes[EXECZ_OUTCOME_OK], (int)self.outcomes[EXECZ_OUTCOME_LOST],
           (int)self.outcomes[EXECZ_OUTCOME_SKIPPED], (int)self.outcomes[EXECZ_OUTCOME_CANCELLED]);
    execz_scheduler_free(scheduler);
    g_hash_table_unref(self.witnessed);
    g_hash_table_unref(self.recorded);
}

int
main(int argc, char **argv)
{
    int n = argc > 1 ? (int)g_ascii_strtoll(argv[1], NULL, 10) : 3;
    guint32 seed = argc > 2 ? (guint32)g_ascii_strtoull(argv[2], NULL, 10) : g_random_int();
    const char *remove[] = {"rm", "-rf", "--", NULL, NULL};

    directory = g_dir_make_tmp("execz-kill-XXXXXX", NULL);
    if (directory == NULL) {
        return 1;
    }
    g_random_set_seed(seed);
    write_config();
    for (int i = 0; i < n && n_wrong == 0; i++) {
        kill_once();
    }
    if (n_wrong == 0) {
        end_well();
        nap(300); /* a command that a killed execz has left behind writes its line */
        check();
    }
    printf("%d kills, seed %u: %s\n", n, seed, n_wrong == 0 ? "nothing is lost" : "WRONG");
    remove[3] = directory;
    if (n_wrong == 0) {
        (void)g_spawn_sync(NULL, (char **)remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                           NULL, NULL);
    }
    g_free(directory);
    return n_wrong == 0 ? 0 : 1;
}
