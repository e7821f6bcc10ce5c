#include "protocol/sctp/association.h"
