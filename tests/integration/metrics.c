/* SPDX-License-Identifier: MIT */
/* Figures for a monitoring system, on the socket and over HTTP. */
#include "socket.h"

#include "support/patience.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOURLY "[executor:default]\ntype = threadpool\n[task:a]\nevery = 1h\nshell = exit 3\n"

/* Each sample stands below the HELP and TYPE of its family, and buckets only grow. */
static void
expect_exposition(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autofree char *family = g_strdup("");
    guint64 bucket = 0;

    for (char **line = lines; *line != NULL && **line != '\0'; line++) {
        g_auto(GStrv) words = g_strsplit(*line, " ", 4);

        if (g_str_has_prefix(*line, "# HELP ")) {
            g_free(family);
            family = g_strdup(words[2]);
            bucket = 0;
            expect_in(line[1], "# TYPE ");
            cr_expect(line[0][strlen(line[0]) - 1] == '.', "%s", *line);
        } else if (!g_str_has_prefix(*line, "# TYPE ")) {
            cr_expect(g_str_has_prefix(*line, family), "%s in %s", *line, family);
            cr_expect(eq(uint, g_strv_length(words), 2), "%s", *line);
            if (strstr(*line, "_bucket{") != NULL) {
                cr_expect(g_ascii_strtoull(words[1], NULL, 10) >= bucket, "%s", *line);
                bucket = g_ascii_strtoull(words[1], NULL, 10);
            }
        }
    }
}

Test(metrics, what_has_happened_is_told_in_the_text_format_of_prometheus)
{
    live execz = start_listening(HOURLY);
    ended result;

    cr_expect(eq(int, run_execz("run", "a", "--wait", NULL).status, 1));
    result = run_execz("metrics", NULL);
    cr_expect(eq(int, result.status, 0), "%s", result.err);
    expect_exposition(result.out);
    expect_in(result.out, "\nexecz_runs_total{outcome=\"error\"} 1\n");
    expect_in(result.out, "\nexecz_runs_total{outcome=\"ok\"} 0\n");
    expect_in(result.out, "\nexecz_run_duration_seconds_bucket{le=\"+Inf\"} 1\n");
    expect_in(result.out, "\nexecz_run_duration_seconds_count 1\n");
    expect_in(result.out, "\nexecz_run_lateness_seconds_count 0\n"); /* it was not scheduled */
    expect_in(result.out, "\nexecz_executor_up{executor=\"default\"} 1\n");
    expect_in(result.out, "\nexecz_executor_runs_accepted_total{executor=\"default\"} 1\n");
    expect_in(result.out, "\nexecz_tasks 1\n");
    expect_in(result.out, "\nexecz_store_up 1\n");
    expect_not_in(result.out, "\nexecz_store_commit_seconds_count 0\n");
    expect_in(result.out, "\nexecz_loop_busy 0\n");
    end_listening(&execz);
}

static int
connect_to_port(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)g_ascii_strtoull(port, NULL, 10)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert(eq(int, connect(fd, (struct sockaddr *)&address, sizeof address), 0));
    return fd;
}

/* What is answered to a request that ends the connection. */
static char *
fetch(const char *port, const char *line)
{
    g_autofree char *request =
        g_strconcat(line, " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", NULL);
    g_autoptr(GString) answer = g_string_new(NULL);
    int fd = connect_to_port(port);
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    char piece[4096];
    ssize_t n;

    cr_assert(send_text(fd, request));
    do {
        cr_assert(gt(int, poll(&ready, 1, PATIENCE_MS), 0), "no answer came");
        n = read(fd, piece, sizeof piece);
        g_string_append_len(answer, piece, MAX(n, 0));
    } while (n > 0);
    close(fd);
    return keep_text(answer->str);
}

#ifdef EXECZ_HAS_HTTP
Test(metrics, they_are_served_over_http_and_nothing_else_is)
{
    static const char place[] = "serves at http://127.0.0.1:";
    live execz;
    char *port, *answer;
    int silent;

    own_file("tasks.conf", "[scheduler]\nmetrics = 127.0.0.1:0\n" HOURLY);
    execz = start_execz("start", "-c", "tasks.conf", "--no-socket", "--log-level", "info", NULL);
    await(&execz, place);
    await(&execz, "/metrics");
    port = keep_text(strstr(execz.out->str, place) + strlen(place));
    silent = connect_to_port(port); /* and holds up nobody */
    answer = fetch(port, "GET /metrics");
    expect_in(answer, "HTTP/1.1 200 OK\r\n");
    expect_in(answer, "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n");
    expect_exposition(strstr(answer, "\r\n\r\n") + 4);
    expect_in(answer, "\nexecz_tasks 1\n");
    expect_in(fetch(port, "GET /metrics?name=x"), "\nexecz_tasks 1\n");
    expect_not_in(fetch(port, "HEAD /metrics"), "execz_tasks");
    expect_in(fetch(port, "GET /"), "HTTP/1.1 404 ");
    expect_in(fetch(port, "POST /metrics"), "HTTP/1.1 405 ");
    expect_in(fetch(port, "nonsense"), "HTTP/1.");
    close(silent);
    end_listening(&execz);
}

#define SLOW 40 /* more than may be there at a time */

/* Sends another byte for each, so that none of them is silent. */
static void
drip(const int slow[SLOW])
{
    for (int i = 0; i < SLOW; i++) {
        (void)send_text(slow[i], "x");
    }
}

Test(metrics, clients_that_never_come_to_their_end_keep_nobody_out)
{
    static const char place[] = "serves at http://127.0.0.1:";
    int64_t end = patience_ends();
    struct pollfd ready = {.events = POLLIN};
    int slow[SLOW];
    live execz;
    char *port;

    own_file("tasks.conf", "[scheduler]\nmetrics = 127.0.0.1:0\n" HOURLY);
    execz = start_execz("start", "-c", "tasks.conf", "--no-socket", "--log-level", "info", NULL);
    await(&execz, place);
    await(&execz, "/metrics");
    port = keep_text(strstr(execz.out->str, place) + strlen(place));
    for (int i = 0; i < SLOW; i++) {
        slow[i] = connect_to_port(port);
        cr_assert(send_text(slow[i], "GET /"));
    }
    ready.fd = connect_to_port(port);
    cr_assert(send_text(ready.fd, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
    while (poll(&ready, 1, 100) == 0) {
        cr_assert(not(patience_is_over(end)), "no answer came");
        drip(slow);
    }
    for (int i = 0; i < SLOW; i++) {
        close(slow[i]);
    }
    close(ready.fd);
    end_listening(&execz);
}

Test(metrics, an_address_that_is_taken_is_told_and_nothing_is_started)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_autofree char *config = NULL, *expected = NULL;
    ended result;

    cr_assert(eq(int, bind(fd, (struct sockaddr *)&address, sizeof address), 0));
    cr_assert(eq(int, listen(fd, 1), 0));
    cr_assert(eq(int, getsockname(fd, (struct sockaddr *)&address, &length), 0));
    config =
        g_strdup_printf("[scheduler]\nmetrics = 127.0.0.1:%u\n" HOURLY, ntohs(address.sin_port));
    expected = g_strdup_printf("execz: metrics cannot be served at 127.0.0.1:%u: the address is "
                               "in use: ",
                               ntohs(address.sin_port));
    own_file("tasks.conf", config);
    result = run_execz("start", "-c", "tasks.conf", NULL);
    cr_expect(eq(int, result.status, 1));
    expect_in(result.err, expected);
    cr_expect(eq(str, result.out, (char *)"")); /* no runs are counted */
    close(fd);
}
#endif
