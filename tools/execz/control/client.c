/* SPDX-License-Identifier: MIT */
#include "control/client.h"

#include "control/address.h"
#include "control/fault.h"
#include "control/wire.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
complain(int status, const char *message)
{
    g_autoptr(GString) line = g_string_new(NULL);

    ez_text_append_safe(line, message, strlen(message), "       ");
    fprintf(stderr, "execz: %s\n", line->str);
    return status;
}

/* ---- connecting ----------------------------------------------------------------------------- */

static int
report_connect(const char *path, bool must_run)
{
    int error = errno;
    g_autofree char *message = NULL;

    if (error == ENOENT || error == ECONNREFUSED || error == ENOTDIR) {
        message = g_strdup_printf("no scheduler listens at %s; start one with: execz start", path);
        return must_run ? complain(EZ_EXIT_NOT_RUNNING, message) : EZ_EXIT_NOT_RUNNING;
    }
    message =
        error == EAGAIN
            ? g_strdup_printf("%s does not take a connection within %d s", path, EZ_CLIENT_PATIENCE)
            : g_strdup_printf("cannot connect to %s: %s", path, g_strerror(error));
    return complain(error == EACCES || error == EPERM ? EZ_EXIT_PERMISSION : EZ_EXIT_FAILED,
                    message);
}

/* In a directory that others may write to, anybody could listen. */
static int
check_server(int fd, const char *path)
{
    struct ucred who = {.uid = (uid_t)-1};
    socklen_t size = sizeof who;
    g_autofree char *message = NULL;

    if (geteuid() == 0 || (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 &&
                           (who.uid == 0 || who.uid == geteuid()))) {
        return EZ_EXIT_OK;
    }
    message = g_strdup_printf("what listens at %s belongs to user %u, neither to you nor to root",
                              path, (unsigned)who.uid);
    return complain(EZ_EXIT_PERMISSION, message);
}

static int
connect_to(const char *path, bool must_run, int *fd_out)
{
    const struct timeval patience = {.tv_sec = EZ_CLIENT_PATIENCE};
    struct sockaddr_un address = ez_address_of(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int status;

    if (fd >= 0) { /* before connect(), which waits too, if many do */
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    }
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        status = report_connect(path, must_run);
    } else {
        status = check_server(fd, path);
    }
    if (status != EZ_EXIT_OK && fd >= 0) {
        close(fd);
    } else {
        *fd_out = fd;
    }
    return status;
}

/* ---- asking --------------------------------------------------------------------------------- */

/* A server that refuses us answers without having read what we send: so a failure here is not told, there
 * may be an answer all the same. */
static void
send_all(int fd, const char *text)
{
    size_t length = strlen(text);

    while (length > 0) {
        ssize_t n = send(fd, text, length, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return;
        }
        text += n;
        length -= (size_t)n;
    }
}

/* Reads more of the answer until there is a whole line in it, whose length is told without its end.  False
 * with errno, 0 for an early end. */
static bool
read_line(int fd, GString *answer, size_t *length_out)
{
    char piece[65536];
    const char *end = memchr(answer->str, '\n', answer->len);

    while (end == NULL) {
        ssize_t n = recv(fd, piece, sizeof piece, 0);
        size_t before = answer->len;

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            errno = n < 0 ? errno : 0;
            return false;
        }
        g_string_append_len(answer, piece, n);
        end = memchr(answer->str + before, '\n', (size_t)n);
    }
    *length_out = (size_t)(end - answer->str);
    return true;
}

/* errno: why nothing came.  One that has ended meanwhile is told as one that does not run. */
static int
report_silence(const char *path)
{
    int error = errno, fd = -1;
    int status = error == 0 || error == ECONNRESET ? connect_to(path, true, &fd) : EZ_EXIT_OK;
    g_autofree char *message = NULL;

    if (status != EZ_EXIT_OK) {
        return status;
    }
    if (fd >= 0) {
        close(fd);
    }
    message =
        error == EAGAIN || error == EWOULDBLOCK
            ? g_strdup_printf("no answer from %s within %d s", path, EZ_CLIENT_PATIENCE)
            : g_strdup_printf("no answer from %s: %s", path,
                              error == 0 ? "it has closed the connection" : g_strerror(error));
    return complain(EZ_EXIT_FAILED, message);
}

static int
take_reply(json_t *reply, json_t **result_out)
{
    json_t *error = json_object_get(reply, "error");
    const char *code = json_string_value(json_object_get(error, "code"));
    const char *message = json_string_value(json_object_get(error, "message"));

    if (json_is_true(json_object_get(reply, "ok"))) {
        *result_out = json_incref(json_object_get(reply, "result"));
        return EZ_EXIT_OK;
    }
    if (code == NULL || message == NULL) {
        return complain(EZ_EXIT_FAILED, "what listens there does not speak execz's protocol");
    }
    return complain(ez_fault_exit(code), message);
}

static void
send_request(int fd, const json_t *request)
{
    char *text = json_dumps(request, JSON_COMPACT);
    g_autofree char *line = g_strconcat(text, "\n", NULL);

    free(text);
    send_all(fd, line);
}

static int
exchange(int fd, const char *path, const json_t *request, ez_client_part part, void *user)
{
    g_autoptr(GString) answer = g_string_new(NULL);
    int status = EZ_EXIT_OK;
    bool more = true;

    send_request(fd, request);
    while (status == EZ_EXIT_OK && more) {
        json_t *reply, *result = NULL;
        size_t length;

        if (!read_line(fd, answer, &length)) {
            return report_silence(path);
        }
        reply = json_loadb(answer->str, length, 0, NULL);
        g_string_erase(answer, 0, (gssize)length + 1);
        status = take_reply(reply, &result);
        if (status == EZ_EXIT_OK) {
            part(user, result);
        }
        more = json_is_true(json_object_get(reply, "more"));
        json_decref(result);
        json_decref(reply);
    }
    return status;
}

/* Takes request.  must_run: that no scheduler does is told. */
static int
ask(const char *socket, bool must_run, json_t *request, ez_client_part part, void *user)
{
    execz_error err = EXECZ_ERROR_INIT;
    g_autofree char *path = ez_address_find(socket, &err);
    int fd = -1;
    int status = EZ_EXIT_NOT_RUNNING;

    json_object_set_new(request, "execz", json_integer(EZ_PROTOCOL_VERSION));
    if (path != NULL) {
        status = connect_to(path, must_run, &fd);
    } else if (must_run) {
        (void)complain(status, err.message);
    }
    if (status == EZ_EXIT_OK) {
        status = exchange(fd, path, request, part, user);
        close(fd);
    }
    json_decref(request);
    return status;
}

/* An answer in one part. */
static void
keep_result(void *user, const json_t *result)
{
    json_t **result_out = user;

    *result_out = json_incref((json_t *)result);
}

int
ez_client_ask(const char *socket, json_t *request, json_t **result_out)
{
    return ask(socket, true, request, keep_result, result_out);
}

int
ez_client_ask_parts(const char *socket, json_t *request, ez_client_part part, void *user)
{
    return ask(socket, true, request, part, user);
}

int
ez_client_ask_if_any(const char *socket, json_t *request, json_t **result_out)
{
    return ask(socket, false, request, keep_result, result_out);
}
