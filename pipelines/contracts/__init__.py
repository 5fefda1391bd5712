"""What the data must be, read from text that analysts edit.

Belongs here: contracts of feeds (`feed`), the rules that each has unsaid (`standing_rules`), `data/reference/`
(`reference`), and all of them together (`catalogue`).
Does not belong here: reading a delivered file (`feeds`), or what a rule means in SQL (`intake.rules`).
"""

from pipelines.contracts.catalogue import Catalogue as Catalogue
from pipelines.contracts.catalogue import CouncilNames as CouncilNames
from pipelines.contracts.catalogue import Lesson as Lesson
from pipelines.contracts.catalogue import check_mapping as check_mapping
from pipelines.contracts.catalogue import load as load
from pipelines.contracts.feed import FILLED_WITH as FILLED_WITH
from pipelines.contracts.feed import LABEL_LISTS as LABEL_LISTS
from pipelines.contracts.feed import PUBLISHED as PUBLISHED
from pipelines.contracts.feed import TEXT_TYPES as TEXT_TYPES
from pipelines.contracts.feed import UNREADABLE as UNREADABLE
from pipelines.contracts.feed import Column as Column
from pipelines.contracts.feed import Contract as Contract
from pipelines.contracts.feed import Rule as Rule
from pipelines.contracts.feed import read_contract as read_contract
from pipelines.contracts.reference import Code as Code
from pipelines.texts import ContractError as ContractError
from pipelines.texts import simplify as simplify
