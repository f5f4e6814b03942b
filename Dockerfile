# A static binary on nothing: sigproof needs neither a shell nor libraries.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.release=${VERSION}" -o /sigproof ./cmd/sigproof

FROM gcr.io/distroless/static-debian12:nonroot
LABEL org.opencontainers.image.source="https://github.com/sigproof/sigproof" org.opencontainers.image.licenses="MIT"
COPY --from=build /sigproof /sigproof
COPY LICENSE /LICENSE
WORKDIR /work
ENTRYPOINT ["/sigproof"]
