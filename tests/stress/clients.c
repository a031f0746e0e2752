/* SPDX-License-Identifier: MIT */
/* Does it delay runs that many ask at the control socket, and that some never read their answers?
 *
 * usage: stress_clients [SECONDS] [LIMIT]
 *
 * A real `execz start` runs a task every 20 ms, first alone and then with 200 clients that ask 2,000 times a
 * second together and 20 more that never read.  What is shown is how late runs began, from the history;
 * with a LIMIT in ms it is an error if the clients have made the 99th of 100 later by more than that.  In any case
 * every client must have been answered. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <execz/types.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <jansson.h>

#define CLIENTS 200
#define DEAF 20
#define EVERY_MS 100 /* a client asks so often */
#define PATIENCE_MS 60000

static char *directory;
static atomic_bool over;
static atomic_uint n_answers;

static char *
path_of(const char *name)
{
    return g_build_filename(directory, name, NULL);
}

/* ---- execz ----------------------------------------------------------------------------------- */

static pid_t
start(void)
{
    static const char config[] = "[executor:default]\ntype = threadpool\n"
                                 "[task:tick]\nevery = 20ms\nshell = true\nmax_instances = 50\n"
                                 "[task:idle]\nevery = 1h\nshell = true\n";
    g_autofree char *file = path_of("t.conf"), *sock = path_of("s"), *log = path_of("log");
    pid_t pid;

    if (!g_file_set_contents(file, config, -1, NULL)) {
        abort();
    }
    pid = fork();
    if (pid == 0) {
        int out = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);

        (void)dup2(out, STDOUT_FILENO);
        (void)dup2(out, STDERR_FILENO);
        execl(EXECZ_PROGRAM, "execz", "start", "-c", file, "--socket", sock, "--for", "1h",
              "--quiet", (char *)NULL);
        _exit(127);
    }
    return pid;
}

static int
connect_once(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_autofree char *path = path_of("s");
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* A line without its end; NULL if none comes. */
static char *
receive(int fd)
{
    g_autoptr(GString) line = g_string_new(NULL);
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    char piece[65536];

    while (line->len == 0 || line->str[line->len - 1] != '\n') {
        ssize_t n = poll(&ready, 1, PATIENCE_MS) == 1 ? read(fd, piece, sizeof piece) : -1;

        if (n <= 0) {
            return NULL;
        }
        g_string_append_len(line, piece, n);
    }
    return g_strdup(line->str);
}

static char *
ask(int fd, const char *request)
{
    return send(fd, request, strlen(request), MSG_NOSIGNAL) < 0 ? NULL : receive(fd);
}

/* ---- clients --------------------------------------------------------------------------------- */

static void *
be_client(void *user)
{
    static const char *const requests[] = {
        "{\"execz\": 1, \"do\": \"inspect\", \"task\": \"idle\"}\n",
        "{\"execz\": 1, \"do\": \"status\"}\n",
        "{\"execz\": 1, \"do\": \"list\", \"trend\": true}\n",
    };
    int fd = connect_once();
    bool answered = false;

    (void)user;
    for (size_t i = 0; fd >= 0 && !atomic_load(&over); i++) {
        g_autofree char *answer = ask(fd, requests[i % G_N_ELEMENTS(requests)]);

        if (answer == NULL) {
            break;
        }
        answered = true;
        (void)poll(NULL, 0, EVERY_MS);
    }
    atomic_fetch_add(&n_answers, answered);
    close(fd);
    return NULL;
}

static void
ask_without_reading(int fd)
{
    static const char request[] =
        "{\"execz\": 1, \"do\": \"inspect\", \"task\": \"idle\", \"runs\": 1000}\n";

    while (send(fd, request, strlen(request), MSG_NOSIGNAL | MSG_DONTWAIT) > 0) {
    }
}

/* ---- figures --------------------------------------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
    double one = *(const double *)a, other = *(const double *)b;

    return (one > other) - (one < other);
}

/* The point in time behind "T" of that text, in seconds of its hour: enough for a difference. */
static double
seconds_of(const char *text)
{
    const char *clock = text == NULL ? NULL : strchr(text, 'T');

    return clock == NULL ? 0
                         : g_ascii_strtod(clock + 4, NULL) * 60 + g_ascii_strtod(clock + 7, NULL);
}

/* How late each of the last n runs began, in ms, sorted. */
static GArray *
lateness(int fd, unsigned n)
{
    g_autofree char *request =
        g_strdup_printf("{\"execz\": 1, \"do\": \"history\", \"task\": \"tick\", \"limit\": %u}\n",
                        n);
    g_autofree char *answer = ask(fd, request);
    json_t *reply = answer == NULL ? NULL : json_loads(answer, 0, NULL), *record;
    GArray *late = g_array_new(FALSE, FALSE, sizeof(double));
    size_t i;

    json_array_foreach(json_object_get(json_object_get(reply, "result"), "records"), i, record)
    {
        const char *started = json_string_value(json_object_get(record, "started"));
        double by = (seconds_of(started) -
                     seconds_of(json_string_value(json_object_get(record, "scheduled")))) *
                    1e3;

        if (started != NULL && by >= 0) { /* not over the end of an hour */
            g_array_append_val(late, by);
        }
    }
    g_array_sort(late, compare);
    json_decref(reply);
    return late;
}

static double
share(const GArray *sorted, unsigned percent)
{
    return sorted->len == 0 ? 0 : g_array_index(sorted, double, (sorted->len - 1) * percent / 100);
}

/* Lets seconds pass; shows how late runs began in them, and returns the 99th of 100 in ms. */
static double
measure(int fd, unsigned seconds, const char *what)
{
    g_autoptr(GArray) late = NULL;

    (void)poll(NULL, 0, (int)seconds * 1000);
    late = lateness(fd, seconds * 50);
    printf("%-13s %4u runs, began late by: half %.2f ms, 99 %% %.2f ms, all %.2f ms\n", what,
           late->len, share(late, 50), share(late, 99), share(late, 100));
    return late->len == 0 ? 1e9 : share(late, 99);
}

static double
measure_with_clients(int fd, unsigned seconds)
{
    pthread_t clients[CLIENTS];
    int deaf[DEAF];
    double late;

    for (size_t i = 0; i < DEAF; i++) {
        deaf[i] = connect_once();
        ask_without_reading(deaf[i]);
    }
    for (size_t i = 0; i < CLIENTS; i++) {
        if (pthread_create(&clients[i], NULL, be_client, NULL) != 0) {
            abort();
        }
    }
    late = measure(fd, seconds, "with clients");
    atomic_store(&over, true);
    for (size_t i = 0; i < CLIENTS; i++) {
        pthread_join(clients[i], NULL);
    }
    for (size_t i = 0; i < DEAF; i++) {
        close(deaf[i]);
    }
    return late;
}

static void
remove_all(void)
{
    static const char *const names[] = {"log", "t.conf", "s", "s.lock", ""};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = path_of(names[i]);

        (void)g_remove(path);
    }
}

int
main(int argc, char **argv)
{
    guint64 seconds = 10, limit = 0;
    double alone, together;
    int fd = -1, status = 0;
    pid_t pid;

    if ((argc > 1 && !g_ascii_string_to_unsigned(argv[1], 10, 1, 200, &seconds, NULL)) ||
        (argc > 2 && !g_ascii_string_to_unsigned(argv[2], 10, 1, 100000, &limit, NULL))) {
        fprintf(stderr, "usage: stress_clients [SECONDS] [LIMIT]\n");
        return 2;
    }
    directory = g_dir_make_tmp("execz-clients-XXXXXX", NULL);
    pid = start();
    for (int waited = 0; waited < PATIENCE_MS && fd < 0; waited += 10) {
        (void)poll(NULL, 0, 10);
        fd = connect_once();
    }
    alone = measure(fd, (unsigned)seconds, "alone");
    together = measure_with_clients(fd, (unsigned)seconds);
    close(fd);
    (void)kill(pid, SIGTERM);
    (void)waitpid(pid, &status, 0);
    printf("%u of %d clients were answered; the 99th of 100 runs later by %.2f ms\n",
           atomic_load(&n_answers), CLIENTS, together - alone);
    remove_all();
    g_free(directory);
    return status != 0 || atomic_load(&n_answers) != CLIENTS ||
           (limit > 0 && together - alone > (double)limit);
}
