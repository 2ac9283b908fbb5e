#include "sim/tenant/names.h"

#include <array>

namespace assay::sim {
namespace {

constexpr std::string_view kGiven[] = {
    "Aaliyah",   "Aaron",    "Abigail",   "Adam",     "Adriana",   "Agnes",    "Ahmed",     "Aiko",      "Alan",
    "Alejandro", "Alice",    "Amelia",    "Amir",     "Ana",       "Andrea",   "Andrew",    "Anika",     "Anna",
    "Anthony",   "Antonio",  "Arjun",     "Astrid",   "Ayse",      "Beatriz",  "Benjamin",  "Bianca",    "Bjorn",
    "Brigitte",  "Bruno",    "Camille",   "Carlos",   "Carmen",    "Caroline", "Catherine", "Chen",      "Chidi",
    "Chiara",    "Chloe",    "Christian", "Clara",    "Claire",    "Daniel",   "Daniela",   "David",     "Deepa",
    "Dennis",    "Diana",    "Diego",     "Dmitri",   "Dominik",   "Edward",   "Elena",     "Elif",      "Elise",
    "Elizabeth", "Emeka",    "Emil",      "Emily",    "Emma",      "Eric",     "Erika",     "Esther",    "Eva",
    "Farah",     "Fatima",   "Felix",     "Fernando", "Fiona",     "Florian",  "Francesca", "Frank",     "Gabriel",
    "Gemma",     "George",   "Giulia",    "Grace",    "Greta",     "Gustav",   "Hana",      "Hannah",    "Harish",
    "Harriet",   "Hassan",   "Helen",     "Henrik",   "Hiroshi",   "Ibrahim",  "Ines",      "Ingrid",    "Irina",
    "Isabel",    "Ivan",     "Jack",      "Jacob",    "James",     "Jan",      "Jana",      "Jasmine",   "Javier",
    "Jean",      "Jennifer", "Jessica",   "Joao",     "John",      "Jonas",    "Jorge",     "Joseph",    "Julia",
    "Julien",    "Kaito",    "Karen",     "Karim",    "Katarzyna", "Kavita",   "Kenji",     "Kevin",     "Khadija",
    "Kofi",      "Kristina", "Lars",      "Laura",    "Layla",     "Lea",      "Leon",      "Liam",      "Lin",
    "Linda",     "Louis",    "Lucas",     "Lucia",    "Magnus",    "Maja",     "Malik",     "Manuel",    "Marco",
    "Margaret",  "Maria",    "Mark",      "Marta",    "Martin",    "Mateo",    "Matthew",   "Maya",      "Mei",
    "Michael",   "Miguel",   "Mina",      "Mohammed", "Monika",    "Nadia",    "Naomi",     "Natalia",   "Nathan",
    "Nicole",    "Nikhil",   "Nina",      "Noah",     "Nora",      "Olga",     "Oliver",    "Olivia",    "Omar",
    "Oscar",     "Pablo",    "Patrick",   "Paul",     "Paula",     "Pedro",    "Peter",     "Petra",     "Philip",
    "Pia",       "Priya",    "Rachel",    "Rafael",   "Rahul",     "Rania",    "Rebecca",   "Ricardo",   "Robert",
    "Rosa",      "Ruth",     "Ryan",      "Sabine",   "Samir",     "Samuel",   "Sandra",    "Sanjay",    "Sarah",
    "Sebastian", "Sergei",   "Simon",     "Sofia",    "Sophie",    "Stefan",   "Stephanie", "Sunita",    "Susan",
    "Takeshi",   "Tamara",   "Tariq",     "Teresa",   "Thomas",    "Tobias",   "Tomasz",    "Valentina", "Vera",
    "Victor",    "Vikram",   "Wei",       "William",  "Xin",       "Yara",     "Yasmin",    "Yuki",      "Yusuf",
    "Zahra",     "Zoe",      "Zofia",     "Zuzana"};

constexpr std::string_view kSurnames[] = {
    "Abbott",    "Adeyemi",   "Ahlberg", "Ahmadi",   "Almeida",   "Andersen", "Andrade",  "Archer",    "Bailey",
    "Baker",     "Banerjee",  "Barker",  "Bauer",    "Becker",    "Bell",     "Bennett",  "Berg",      "Bianchi",
    "Blanc",     "Bosch",     "Brandt",  "Brooks",   "Brown",     "Bryant",   "Campbell", "Cardoso",   "Carlsson",
    "Carter",    "Castillo",  "Chan",    "Chapman",  "Chaudhry",  "Chen",     "Clark",    "Cohen",     "Cole",
    "Collins",   "Conti",     "Cooper",  "Costa",    "Cruz",      "Dahl",     "Davies",   "Delgado",   "Demir",
    "Diallo",    "Dias",      "Dubois",  "Dupont",   "Edwards",   "Eriksen",  "Esposito", "Evans",     "Farouk",
    "Fernandes", "Ferrari",   "Fischer", "Fisher",   "Fleming",   "Foster",   "Fournier", "Fraser",    "Fuchs",
    "Fujita",    "Garcia",    "Gardner", "Gibson",   "Gill",      "Gomez",    "Graham",   "Grant",     "Gray",
    "Green",     "Gruber",    "Gupta",   "Haas",     "Hall",      "Hamilton", "Hansen",   "Harris",    "Hartmann",
    "Hassan",    "Hayashi",   "Hayes",   "Henry",    "Herrera",   "Hoffmann", "Holm",     "Horvath",   "Howard",
    "Huber",     "Hughes",    "Hussain", "Ibarra",   "Ivanova",   "Iyer",     "Jackson",  "Jansen",    "Jensen",
    "Jimenez",   "Johansson", "Jones",   "Joshi",    "Kaiser",    "Kaminski", "Kapoor",   "Kato",      "Kaya",
    "Keller",    "Kelly",     "Kennedy", "Khan",     "Kim",       "King",     "Klein",    "Kovacs",    "Kowalski",
    "Kumar",     "Lambert",   "Lang",    "Larsen",   "Laurent",   "Lee",      "Lehmann",  "Lewis",     "Li",
    "Lindqvist", "Liu",       "Lopez",   "Lund",     "Macdonald", "Maier",    "Malik",    "Marino",    "Marshall",
    "Martinez",  "Mason",     "Mehta",   "Mendes",   "Meyer",     "Miller",   "Mitchell", "Molina",    "Moore",
    "Morales",   "Moreau",    "Morgan",  "Moretti",  "Morris",    "Mueller",  "Murphy",   "Murray",    "Mwangi",
    "Nakamura",  "Navarro",   "Nguyen",  "Nielsen",  "Novak",     "Nowak",    "Nwosu",    "Okafor",    "Oliveira",
    "Olsen",     "Ortega",    "Osei",    "Owen",     "Palmer",    "Park",     "Parker",   "Patel",     "Pereira",
    "Perez",     "Peters",    "Petrov",  "Phillips", "Popescu",   "Price",    "Rahman",   "Ramirez",   "Rao",
    "Reed",      "Reid",      "Ribeiro", "Richter",  "Rivera",    "Roberts",  "Robinson", "Rodrigues", "Romano",
    "Rossi",     "Roth",      "Roux",    "Ruiz",     "Russell",   "Sanchez",  "Santos",   "Sato",      "Schmidt",
    "Schneider", "Scott",     "Shah",    "Sharma",   "Shaw",      "Silva",    "Simmons",  "Singh",     "Smith",
    "Sokolov",   "Steiner",   "Stewart", "Suzuki",   "Svensson",  "Tanaka",   "Taylor",   "Thompson",  "Torres",
    "Turner",    "Usman",     "Vargas",  "Vasquez",  "Virtanen",  "Vogel",    "Wagner",   "Walker",    "Wallace",
    "Wang",      "Ward",      "Watson",  "Weber",    "Weiss",     "White",    "Williams", "Wilson",    "Winter",
    "Wolf",      "Wong",      "Wood",    "Wright",   "Yamamoto",  "Young"};

constexpr std::string_view kPartners[] = {"fabrikam.com",       "adatum.com",        "northwindtraders.com",
                                          "tailspintoys.com",   "wingtiptoys.com",   "litwareinc.com",
                                          "proseware.com",      "treyresearch.net",  "woodgrovebank.com",
                                          "alpineskihouse.com", "margiestravel.com", "outlook.com"};

}  // namespace

std::span<const std::string_view> given_names() { return kGiven; }
std::span<const std::string_view> surnames() { return kSurnames; }
std::span<const std::string_view> partner_companies() { return kPartners; }

}  // namespace assay::sim
