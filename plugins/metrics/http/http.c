/* SPDX-License-Identifier: MIT */
/* Serves metrics over HTTP with GNU libmicrohttpd: GET /metrics, and nothing else.
 *
 * One thread of the library's waits for all clients; who fetches waits for the one before.  A client that
 * says nothing is let go after CLIENT_PATIENCE.  No more than CLIENTS_MAX may be there at a time: for one more
 * the oldest has to go, so that those who are slow on purpose keep nobody out. */
#include <execz/metrics.h>

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define CLIENTS_MAX 32u
#define CLIENT_PATIENCE 10u       /* seconds */
#define CLIENT_MEMORY (8u * 1024) /* bytes for what a client sends */

static const char type[] = "text/plain; version=0.0.4; charset=utf-8";
static const char hint[] = "metrics are at /metrics\n";

struct execz_metrics_server {
    const execz_metrics_host *host;
    struct MHD_Daemon *daemon;

    /* The library's thread's own. */
    int clients[CLIENTS_MAX + 1]; /* sockets, the oldest first */
    unsigned n_clients;
};

/* ---- clients --------------------------------------------------------------------------------- */

static void
add_client(execz_metrics_server *self, int fd)
{
    self->clients[self->n_clients++] = fd;
    if (self->n_clients > CLIENTS_MAX) {
        (void)shutdown(self->clients[0], SHUT_RDWR); /* the library sees its end, and closes it */
    }
}

static void
remove_client(execz_metrics_server *self, int fd)
{
    for (unsigned i = 0; i < self->n_clients; i++) {
        if (self->clients[i] == fd) {
            self->n_clients--;
            memmove(&self->clients[i], &self->clients[i + 1],
                    (self->n_clients - i) * sizeof self->clients[0]);
            return;
        }
    }
}

/* With the parameters of an MHD_NotifyConnectionCallback. */
static void
note_client(void *user, struct MHD_Connection *connection, void **context,
            enum MHD_ConnectionNotificationCode code)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    (void)context;
    if (info == NULL) {
        return;
    }
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        add_client(user, info->connect_fd);
    } else {
        remove_client(user, info->connect_fd);
    }
}

/* ---- answers --------------------------------------------------------------------------------- */

static enum MHD_Result
send_answer(struct MHD_Connection *connection, unsigned status, const char *kind,
            struct MHD_Response *response)
{
    enum MHD_Result queued = MHD_NO;

    if (response != NULL) {
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, kind);
        if (status == MHD_HTTP_METHOD_NOT_ALLOWED) {
            (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
        }
        queued = MHD_queue_response(connection, status, response);
        MHD_destroy_response(response);
    }
    return queued;
}

static void
take_text(void *user, const char *text, uint64_t length)
{
    struct MHD_Response **response_out = user;

    /* It copies the text, which it wants without const. */
    *response_out = MHD_create_response_from_buffer((size_t)length, (void *)(uintptr_t)text,
                                                    MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result
refuse(struct MHD_Connection *connection, unsigned status)
{
    struct MHD_Response *response = NULL;

    take_text(&response, hint, sizeof hint - 1);
    return send_answer(connection, status, "text/plain", response);
}

/* With the parameters of an MHD_AccessHandlerCallback. */
static enum MHD_Result /* NOLINTNEXTLINE(readability-function-size) */
answer(void *user, struct MHD_Connection *connection, const char *url, const char *method,
       const char *version, const char *upload,
       size_t *upload_length, /* NOLINT(readability-non-const-parameter) */
       void **request)
{
    const execz_metrics_server *self = user;
    struct MHD_Response *response = NULL;

    (void)version;
    (void)upload;
    (void)upload_length;
    (void)request;
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED);
    }
    if (strcmp(url, "/metrics") != 0) {
        return refuse(connection, MHD_HTTP_NOT_FOUND);
    }
    self->host->render(self->host, take_text, &response);
    return send_answer(connection, MHD_HTTP_OK, type, response);
}

/* ---- life ------------------------------------------------------------------------------------ */

static execz_status
fail(execz_error *err, execz_status status, const char *message)
{
    err->status = status;
    snprintf(err->message, sizeof err->message, "%s", message);
    return status;
}

/* What "HOST:PORT" names, for freeaddrinfo(); NULL with err filled if it is none. */
static struct addrinfo *
parse_address(const char *address, execz_error *err)
{
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    const char *colon = strrchr(address, ':');
    size_t length = colon == NULL ? 0 : (size_t)(colon - address);
    struct addrinfo *found = NULL;
    char host[64] = "";

    if (length >= 2 && length < sizeof host && address[0] == '[' && address[length - 1] == ']') {
        memcpy(host, address + 1, length - 2);
    } else if (length < sizeof host) {
        memcpy(host, address, length);
    }
    if (host[0] == '\0' || getaddrinfo(host, colon + 1, &wanted, &found) != 0) {
        fail(err, EXECZ_E_INVAL, "it is no address; write one like 127.0.0.1:9464 or [::1]:9464");
        return NULL;
    }
    return found;
}

static void
log_place(const execz_metrics_server *self, const char *address)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(self->daemon, MHD_DAEMON_INFO_BIND_PORT);
    char line[160];

    snprintf(line, sizeof line, "serves at http://%.*s:%u/metrics",
             (int)(strrchr(address, ':') - address), address, info == NULL ? 0u : info->port);
    self->host->log(self->host, EXECZ_LOG_INFO, line);
}

/* What the system says, and what to do. */
static const char *
why_refused(int error)
{
    switch (error) {
    case 0:
        return "the system refuses";
    case EADDRINUSE:
        return "the address is in use: something else listens there, maybe another execz; stop it, "
               "or choose another port";
    case EADDRNOTAVAIL:
        return "this machine does not have that address; choose one of its own, or 0.0.0.0 for all";
    case EACCES:
        return "not allowed; ports below 1024 are for root and CAP_NET_BIND_SERVICE: choose "
               "another";
    default:
        return strerror(error);
    }
}

static execz_status
start(const execz_metrics_host *host, const char *address, execz_metrics_server **server_out,
      execz_error *err)
{
    struct addrinfo *place = parse_address(address, err);
    execz_metrics_server *self;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD;

    if (place == NULL) {
        return EXECZ_E_INVAL;
    }
    self = calloc(1, sizeof *self);
    if (self == NULL) {
        freeaddrinfo(place);
        return fail(err, EXECZ_E_NOMEM, "out of memory");
    }
    self->host = host;
    flags |= place->ai_family == AF_INET6 ? MHD_USE_IPv6 : 0u;
    errno = 0;
    self->daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, answer, self, MHD_OPTION_SOCK_ADDR, place->ai_addr,
                         MHD_OPTION_CONNECTION_LIMIT, CLIENTS_MAX + 1,
                         MHD_OPTION_CONNECTION_TIMEOUT, CLIENT_PATIENCE,
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CLIENT_MEMORY,
                         MHD_OPTION_NOTIFY_CONNECTION, note_client, self, MHD_OPTION_END);
    freeaddrinfo(place);
    if (self->daemon == NULL) {
        free(self);
        return fail(err, EXECZ_E_IO, why_refused(errno));
    }
    log_place(self, address);
    *server_out = self;
    return EXECZ_OK;
}

static void
stop(execz_metrics_server *self)
{
    MHD_stop_daemon(self->daemon);
    free(self);
}

static const execz_metrics_ops ops = {.size = sizeof ops, .start = start, .stop = stop};

EXECZ_METRICS_PLUGIN("org.execz.http", "http", EXECZ_VERSION,
                     "Serves metrics over HTTP, for Prometheus and its like", ops);
