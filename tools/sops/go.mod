module campanile/tools/sops

go 1.26.0

tool github.com/getsops/sops/v3/cmd/sops

require github.com/getsops/sops/v3 v3.13.3
